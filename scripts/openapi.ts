/**
 * Writes docs/openapi.json from the schemas in the code.
 *
 * Usage: node scripts/openapi.ts [--check]
 *   --check   writes nothing, and fails when the file is not what it would write
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createOpenApiDocument } from "../src/gateway/openapi/document.ts";
import { readVersion } from "../src/main/package-files.ts";

const FILE = "docs/openapi.json";

const text = `${JSON.stringify(createOpenApiDocument(readVersion()), null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (readFileSync(FILE, "utf8") !== text) {
    console.log(`${FILE} is not what the schemas say: node scripts/openapi.ts writes it anew`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(FILE, text);
}
