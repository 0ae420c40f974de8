WHERE = __file__, __name__


def caller():
    import __main__

    return __main__.__file__
