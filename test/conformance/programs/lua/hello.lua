print("Hello, wörld ✓ 😀")
