gruß = "Hello, wörld ✓ 😀"
print(gruß)
