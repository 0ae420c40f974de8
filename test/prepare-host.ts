import { fileURLToPath } from "node:url";
import { buildLauncher } from "../src/main/build-launcher.ts";
import { loadLanguages } from "../src/main/load-languages.ts";
import { prepareOrdinaryUser } from "./hosts/ordinary-user.ts";

/** Runs once before all system tests: what a first start would take its time for. @returns what is done after them. */
export async function setup(): Promise<() => void> {
  const announce = (message: string) => console.log(message);
  await buildLauncher({ nativeDirectory: fileURLToPath(new URL("../native", import.meta.url)), announce });
  // Servers under test then find every toolchain prepared, and start at once. A virtual machine finds what its host has prepared.
  if (process.env["MILLRACE_TEST_VM"] === undefined) await loadLanguages({ folder: null, announce });
  return process.env["MILLRACE_TEST_USER"] === "ordinary" ? prepareOrdinaryUser() : () => undefined;
}
