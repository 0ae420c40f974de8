print("before")
total = = 1  # HERE
print(total)
