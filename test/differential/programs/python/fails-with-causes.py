import functools


def first(value):
    try:
        return second(value)
    except ZeroDivisionError as error:
        raise ValueError(f"no good: {value}") from error


@functools.lru_cache
def second(value):
    return [1 / number for number in (2, 1, value)]


class Caller:
    def __call__(self):
        return first(0)


print("before")
Caller()()
