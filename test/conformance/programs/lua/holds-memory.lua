local held = string.rep("x", 32 << 20)
print(#held > 0 and "held")
