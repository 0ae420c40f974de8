import { fileURLToPath } from "node:url";
import { buildLauncher } from "../src/main/build-launcher.ts";

/** Runs once before all system tests. */
export async function setup(): Promise<void> {
  await buildLauncher({
    nativeDirectory: fileURLToPath(new URL("../native", import.meta.url)),
    announce: (message) => console.log(message),
  });
}
