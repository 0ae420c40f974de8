print("[" .. os.getenv("GREETING") .. "]")
print("[" .. os.getenv("EMPTY") .. "]")
