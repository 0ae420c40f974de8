const { mkdtempSync, readFileSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

writeFileSync("notes.txt", "blåbær\n");
process.stdout.write(readFileSync("notes.txt"));
const scratch = join(mkdtempSync(join(tmpdir(), "scratch-")), "file");
writeFileSync(scratch, "temporary\n");
process.stdout.write(readFileSync(scratch));
