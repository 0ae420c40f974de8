import type { Heap } from "./manifest.ts";

const MIB = 1024 * 1024;

/**
 * The size of a managed heap under a memory limit, in whole MiB: what remains when the process has its reserve, at most
 * the given share. A small limit still leaves a quarter for the heap: such a process may then hit its memory limit.
 */
export function heapMiB(memoryBytes: number, heap: Heap): number {
  const memory = memoryBytes / MIB;
  const wanted = Math.max(memory / 4, Math.min(memory - heap.reserveMiB, memory * heap.fraction));
  return Math.max(1, Math.floor(wanted));
}
