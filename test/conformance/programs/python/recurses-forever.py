def descend(depth):
    return 1 + descend(depth + 1)


print(descend(0))
