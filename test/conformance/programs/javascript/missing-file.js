try {
  require("node:fs").readFileSync("missing.txt");
} catch (error) {
  if (error.code === "ENOENT") console.log("caught");
}
