def fail():
    raise ExceptionGroup("several", [ValueError(1), ExceptionGroup("more", [KeyError("k")])])


try:
    fail()
except* KeyError as group:
    group.exceptions[0].add_note("a note")
    print(repr(group))
