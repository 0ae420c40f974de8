process.setSourceMapsEnabled(true);
const map = {
  version: 3,
  sources: ["original.ts"],
  names: [],
  mappings: "AAAA;AAEA",
  sourcesContent: ["first\nsecond\nthird"],
};
const code = `module.exports = function thrower() {\nthrow new Error("mapped") };\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
require("node:fs").writeFileSync("mapped.js", code);
require("./mapped.js")();
