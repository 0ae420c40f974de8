/**
 * Holds the folders' import directions, which docs/architecture.md draws. Prints every breach; fails when there is one.
 *
 * Usage: node scripts/check-imports.ts
 */
import { globSync, readFileSync } from "node:fs";
import { findBreaches } from "./check-imports/rules.ts";

const files = globSync("src/**/*.ts").map((path) => ({ path, text: readFileSync(path, "utf8") }));
const breaches = findBreaches(files);

for (const breach of breaches) console.log(breach);
if (files.length === 0) console.log("No source files were found: run this from the repository.");
process.exitCode = breaches.length > 0 || files.length === 0 ? 1 : 0;
