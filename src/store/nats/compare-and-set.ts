import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import { persist } from "../../broker/persist.ts";

/**
 * Writes a value unless somebody was faster.
 * @param revision of the value that was seen; 0 where there was none.
 * @returns the new revision; null when somebody was faster; "unsure" when it was, and it may have been this very write:
 * the answer to an earlier try was lost.
 */
export async function compareAndSet(
  bucket: KV,
  key: string,
  { data, revision }: { readonly data: Uint8Array; readonly revision: number },
): Promise<number | null | "unsure"> {
  let tries = 0;
  try {
    return await persist(() => {
      tries += 1;
      return bucket.put(key, data, { previousSeq: revision });
    });
  } catch (error) {
    if (!isWrongRevision(error)) throw error;
    return tries > 1 ? "unsure" : null;
  }
}

export function isWrongRevision(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence;
}
