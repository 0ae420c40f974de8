/** Bytes waiting to be sent, in parts that are never copied. */
export interface ByteQueue {
  /** Bytes that are left. */
  readonly size: () => number;
  /** Takes the next bytes, `maxBytes` or all that are left. */
  take(maxBytes: number): Uint8Array[];
}

export function createByteQueue(parts: readonly Uint8Array[]): ByteQueue {
  let size = parts.reduce((sum, part) => sum + part.length, 0);
  let index = 0;
  /** Bytes of the part at `index` that were taken. */
  let taken = 0;

  return {
    size: () => size,
    take(maxBytes) {
      const result: Uint8Array[] = [];
      let wanted = Math.min(maxBytes, size);
      size -= wanted;
      while (wanted > 0) {
        const part = parts[index] as Uint8Array;
        const piece = part.subarray(taken, taken + wanted);
        result.push(piece);
        wanted -= piece.length;
        taken += piece.length;
        if (taken === part.length) {
          index++;
          taken = 0;
        }
      }
      return result;
    },
  };
}
