import tempfile

with open("notes.txt", "w") as notes:
    notes.write("blåbær\n")
print(open("notes.txt").read(), end="")
with tempfile.NamedTemporaryFile("w+") as scratch:
    scratch.write("temporary\n")
    scratch.seek(0)
    print(scratch.read(), end="")
