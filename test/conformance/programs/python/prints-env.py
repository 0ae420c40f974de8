import os

print(f"[{os.environ['GREETING']}]")
print(f"[{os.environ['EMPTY']}]")
