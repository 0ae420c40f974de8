def inner():
    raise ValueError("no way")  # HERE


def outer():
    inner()


outer()
