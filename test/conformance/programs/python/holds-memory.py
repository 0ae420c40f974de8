held = bytearray(b"x") * (32 << 20)
print("held")
