const gruß: string = "Hello, wörld ✓ 😀";
console.log(gruß);
