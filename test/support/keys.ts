import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { millrace } from "./cli.ts";

/** A keys file of a test's own. */
export interface KeysFile {
  readonly path: string;
  /** What a server needs to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** As `millrace keys add`. @param flags like `--rate`. @returns the key. */
  add(name: string, ...flags: string[]): Promise<string>;
  remove(name: string): Promise<void>;
  /** Removes the file. */
  close(): void;
}

/** Where root alone looks: the server has to learn of its keys all the same. */
const PLACE = "/root";

export function createKeysFile(): KeysFile {
  const folder = mkdtempSync(join(PLACE, "millrace-test-keys-"));
  const path = join(folder, "keys.json");
  const env = { MILLRACE_KEYS_FILE: path };

  async function keys(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await millrace(["keys", ...args], { env });
    if (status !== 0) throw new Error(`millrace keys ${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout.trim();
  }

  return {
    path,
    env,
    add: (name, ...flags) => keys("add", name, ...flags),
    async remove(name) {
      await keys("remove", name);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
