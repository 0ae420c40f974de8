import { readFileSync } from "node:fs";

try {
  readFileSync("missing.txt");
} catch (error: unknown) {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") console.log("caught");
}
