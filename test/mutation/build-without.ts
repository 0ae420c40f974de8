import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const NATIVE_DIRECTORY = fileURLToPath(new URL("../../native", import.meta.url));

/** Where a launcher without these defences is, once it is built. */
export function launcherWithout(defences: string): string {
  return `${NATIVE_DIRECTORY}/build/without-${defences}/millrace-launcher`;
}

/** @param defences names of `DEFENCE` in native/, separated by commas. */
export async function buildWithout(defences: string): Promise<void> {
  await run("make", ["-j2", "-C", NATIVE_DIRECTORY, `WITHOUT=${defences}`]);
}
