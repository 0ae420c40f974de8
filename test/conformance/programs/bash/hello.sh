echo "Hello, wörld ✓ 😀"
