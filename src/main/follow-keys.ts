import type { KeyRing } from "../gateway/access/key-ring.ts";
import type { Log } from "../telemetry/log.ts";
import type { FileFollower } from "./follow-file.ts";
import { KeysFileError, readKeys } from "./key-store.ts";
import { watchKeys } from "./watch-keys.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * Keeps a server's keys as the keys file has them.
 * @param options.launcherPath what follows the file with the rights that this process has now and gives up soon; null for a
 * process that stays who it is, and looks itself.
 */
export function followKeys(options: {
  readonly path: string;
  readonly keys: KeyRing;
  readonly launcherPath: string | null;
  readonly log: Log;
}): Pick<FileFollower, "exited" | "close"> {
  const { path, keys, launcherPath, log } = options;
  if (launcherPath !== null) return watchKeys({ path, keys, launcherPath, log });
  let known = JSON.stringify(readKeys(path));
  let problem: string | null = null;

  function look(): void {
    try {
      const found = readKeys(path);
      const text = JSON.stringify(found);
      problem = null;
      if (text === known) return;
      known = text;
      keys.replace(found);
      log.info({ path, keys: found?.length ?? 0 }, "the keys file has changed");
    } catch (error) {
      if (!(error instanceof KeysFileError)) throw error;
      if (problem === error.message) return;
      problem = error.message;
      log.error({ problem }, "the keys file has changed: the keys that were read before stay valid");
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    exited: promise,
    async close() {
      clearInterval(timer);
      resolve("closed");
    },
  };
}
