const gruß = "Hello, wörld ✓ 😀";
console.log(gruß);
