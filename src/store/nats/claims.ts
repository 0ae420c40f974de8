import { createHash } from "node:crypto";
import type { KV } from "@nats-io/kv";
import { LRUCache } from "lru-cache";
import type { Payloads } from "../../broker/payloads.ts";
import { persist } from "../../broker/persist.ts";
import { claimSchema } from "../../broker/wire.ts";
import type { ExecutionId } from "../../domain/ids.ts";
import type { Accepted, IdempotencyClaim } from "../store.ts";
import { compareAndSet, isWrongRevision } from "./compare-and-set.ts";

/** Which idempotency keys are in use, and for what. */
export interface Claims {
  claim(id: ExecutionId, idempotency: IdempotencyClaim): Promise<Accepted>;
  /** The key that an execution has claimed may be claimed again. */
  giveUp(id: ExecutionId): Promise<void>;
}

const MOST_REMEMBERED = 10_000;

/** @param options.isInUse whether an execution is there, or its result: else its key is free. */
export function createClaims(options: {
  readonly bucket: KV;
  readonly payloads: Payloads;
  readonly isInUse: (id: ExecutionId) => Promise<boolean>;
}): Claims {
  const { bucket, payloads, isInUse } = options;
  /** Those that were claimed here last: who gives one up has just claimed it. */
  const claimedHere = new LRUCache<ExecutionId, { readonly key: string; readonly revision: number }>({
    max: MOST_REMEMBERED,
  });

  return {
    async claim(id, idempotency) {
      const key = keyOf(idempotency);
      const { fingerprint } = idempotency;
      const data = await payloads.pack(claimSchema, { id, fingerprint }, `claim-${key}`);
      for (;;) {
        const entry = await persist(() => bucket.get(key));
        if (entry?.operation === "PUT") {
          const earlier = await payloads.unpack(claimSchema, entry.value);
          if (earlier.id === id) return { kind: "new" };
          if (await isInUse(earlier.id)) {
            return earlier.fingerprint === fingerprint ? { kind: "same", id: earlier.id } : { kind: "conflict" };
          }
        }
        const revision = await compareAndSet(bucket, key, { data, revision: entry?.revision ?? 0 });
        if (typeof revision !== "number") continue;
        claimedHere.set(id, { key, revision });
        return { kind: "new" };
      }
    },

    async giveUp(id) {
      const claimed = claimedHere.get(id);
      if (claimed === undefined) return;
      const { key, revision } = claimed;
      try {
        await persist(() => bucket.delete(key, { previousSeq: revision }));
      } catch (error) {
        // Somebody else has it by now.
        if (!isWrongRevision(error)) throw error;
      }
    },
  };
}

/** Nothing that a client says becomes a subject. */
function keyOf({ scope, key }: IdempotencyClaim): string {
  return createHash("sha256")
    .update(JSON.stringify([scope, key]))
    .digest("hex");
}
