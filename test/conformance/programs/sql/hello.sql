SELECT 'Hello, wörld ✓ 😀';
