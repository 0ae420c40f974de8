import type { WarmStart } from "./warm-start.ts";

/** What boxes that stand ready can differ in. */
export interface BoxKind {
  readonly diskBytes: number;
  /** The interpreter that waits in it; null: the parked process does, and can become any program. */
  readonly warm: WarmStart | null;
}

/** Equal for kinds that can stand for each other. */
export function keyOf({ diskBytes, warm }: BoxKind): string {
  return warm === null ? String(diskBytes) : `${diskBytes} ${warm.id}`;
}

/** The kind that can do what this one does, only later. */
export function coldOf(kind: BoxKind): BoxKind {
  return kind.warm === null ? kind : { diskBytes: kind.diskBytes, warm: null };
}
