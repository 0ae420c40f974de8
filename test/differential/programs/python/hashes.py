import sys

print(sys.flags.hash_randomization, hash(1), hash(2.5), hash(None) == hash(None), hash(()), hash((1, 2, 3)))
print("~seed-of-hashes", hash("text"))
print(sorted({"a", "b", "c"}), {3, 1, 2}, len({object(): 1}))
