import type { KeyRing } from "../gateway/access/key-ring.ts";
import type { Log } from "../telemetry/log.ts";
import { type FileFollower, followFile } from "./follow-file.ts";
import { KeysFileError, toKeys } from "./key-store.ts";

/**
 * Keeps a server's keys as the keys file has them. A file that cannot be used changes nothing: the keys that were read last
 * stay valid, and the log says so. One that is removed takes all keys along.
 * @param options.launcherPath see {@link followFile}. To be called as the user who may read the file.
 */
export function watchKeys(options: {
  readonly path: string;
  readonly keys: KeyRing;
  readonly launcherPath: string;
  readonly log: Log;
}): FileFollower {
  const { path, keys, launcherPath, log } = options;
  const ownerUid = process.geteuid?.();
  let isFirst = true;

  return followFile({
    launcherPath,
    path,
    onState(state) {
      try {
        const found = toKeys(path, state, ownerUid);
        keys.replace(found);
        // The first is what was read at the start.
        if (!isFirst) log.info({ path, keys: found?.length ?? 0 }, "the keys file has changed");
      } catch (error) {
        if (!(error instanceof KeysFileError)) throw error;
        log.error({ problem: error.message }, "the keys file has changed: the keys that were read before stay valid");
      }
      isFirst = false;
    },
    log: (line) => log.warn({ line }, "the follower of the keys file says"),
  });
}
