import resource

print("before", resource.getrlimit(resource.RLIMIT_AS), flush=True)
blocks = [bytearray(16 << 20) for _ in range(64)]
