from . import __doc__ as text

WHERE = __file__, __name__, text


def fail():
    raise LookupError(WHERE)
