gruß = "Hello, wörld ✓ 😀"
puts gruß
