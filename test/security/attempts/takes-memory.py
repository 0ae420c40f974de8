"""Takes 128 MiB and no more: harmless where nothing bounds it."""
taken = bytearray(b"x") * (128 << 20)
print("took", len(taken))
