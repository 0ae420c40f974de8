import { timingSafeEqual } from "node:crypto";
import { hashApiKey, isApiKey } from "./api-key.ts";
import type { ApiKey } from "./keys-file.ts";

/** What is done about keys: nobody is asked for one and none is looked at; one that is given has to be valid; one is needed. */
export type KeyDemand = "ignored" | "optional" | "required";

/** The API keys that are valid now. */
export interface KeyRing {
  /** @returns the key that `presented` is; null when it is none, or was removed. */
  find(presented: string): ApiKey | null;
  demand(): KeyDemand;
  /** Makes these the valid keys, and no others. @param keys null when there is no keys file. */
  replace(keys: readonly ApiKey[] | null): void;
}

/**
 * From the first keys file on, even an empty one, keys are looked at, and that never turns back while the server runs:
 * removing the file must not open what was closed.
 * @param options.need whether a request needs a key: `always`; `never`; or `if-configured`, once there was a keys file.
 */
export function createKeyRing(options: { readonly need: "always" | "never" | "if-configured" }): KeyRing {
  let byHash = new Map<string, ApiKey>();
  let isConfigured = false;

  return {
    find(presented) {
      if (!isApiKey(presented)) return null;
      const hash = hashApiKey(presented);
      // What is looked up and compared is a hash: whoever does not know a key cannot choose how much of its hash is right,
      // so no time that this takes leads towards one.
      const found = byHash.get(hash);
      return found !== undefined && timingSafeEqual(Buffer.from(found.sha256), Buffer.from(hash)) ? found : null;
    },
    demand() {
      if (options.need === "always") return "required";
      if (!isConfigured) return "ignored";
      return options.need === "never" ? "optional" : "required";
    },
    replace(keys) {
      byHash = new Map(keys?.map((key) => [key.sha256, key]));
      if (keys !== null) isConfigured = true;
    },
  };
}
