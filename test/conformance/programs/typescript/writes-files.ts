import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function writeAndPrint(path: string, text: string): void {
  writeFileSync(path, text);
  process.stdout.write(readFileSync(path));
}

writeAndPrint("notes.txt", "blåbær\n");
writeAndPrint(join(mkdtempSync(join(tmpdir(), "scratch-")), "file"), "temporary\n");
