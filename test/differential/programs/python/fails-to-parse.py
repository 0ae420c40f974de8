print("never printed")
def half(x):
    return x /
