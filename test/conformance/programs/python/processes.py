import subprocess

child = subprocess.run(["cat"], input="through a child\n", text=True, capture_output=True, check=True)
print(child.stdout, end="")
