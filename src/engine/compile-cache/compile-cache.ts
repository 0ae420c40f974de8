import type { Limits } from "../../domain/limits.ts";
import { type Compiled, decodeCompiled, encodeCompiled } from "./compiled.ts";
import type { FileStore } from "./file-store.ts";
import { createSharedWork } from "./shared-work.ts";

/** Compiled programs, so that no program is compiled twice. */
export interface CompileCache {
  /**
   * The program under this key: kept from an earlier compile run that these limits would have allowed, or from one that is
   * under way for somebody else, or made now.
   * @param options.compile runs the compiler; what it gives is kept when it ended well.
   * @param options.onAbort what those get who abort.
   */
  get(key: string, options: GetOptions): Promise<Compiled>;
}

export interface GetOptions {
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly compile: (signal: AbortSignal) => Promise<Compiled>;
  readonly onAbort: () => Compiled;
}

/** Where the disk is slower than compilers, programs that wait for it are not to fill the memory. */
const MOST_WRITES = 8;

/** @param store where programs are kept; null: only those who want the same at the same time share a compile run. */
export function createCompileCache(store: FileStore | null): CompileCache {
  const work = createSharedWork<Compiled>();
  /** What is being kept, by key: nobody waits for the disk but who asks for the same program meanwhile, unless it is much. */
  const writes = new Map<string, Promise<void>>();

  async function find(key: string): Promise<Compiled | null> {
    await writes.get(key);
    const bytes = (await store?.read(key)) ?? null;
    if (bytes === null) return null;
    try {
      return decodeCompiled(bytes);
    } catch {
      await store?.remove(key); // a file that was damaged is made again
      return null;
    }
  }

  async function keep(key: string, compiled: Compiled): Promise<void> {
    if (store === null) return;
    const write = store.write(key, encodeCompiled(compiled)).finally(() => {
      if (writes.get(key) === write) writes.delete(key);
    });
    writes.set(key, write);
    if (writes.size > MOST_WRITES) await write;
  }

  return {
    async get(key, { limits, signal, compile, onAbort }) {
      return work.join(`${key} ${JSON.stringify(limits)}`, {
        signal,
        onAbort,
        // Looked for here: who did so before would not see what somebody else's compile run, ended meanwhile, has kept.
        async begin(shared) {
          const kept = await find(key);
          if (kept !== null && wouldHaveFitted(kept, limits)) return kept;
          const compiled = await compile(shared);
          if (compiled.result.status === "ok") await keep(key, compiled);
          return compiled;
        },
      });
    },
  };
}

/** Whether a compile run under these limits would have ended well. Its disk was at least what it made. */
function wouldHaveFitted({ result, artifacts }: Compiled, limits: Limits): boolean {
  const madeBytes = artifacts.map(({ content }) => content.length);
  return (
    result.cpuMs <= limits.cpuMs &&
    result.wallMs <= limits.wallMs &&
    result.memoryBytes <= limits.memoryBytes &&
    result.stdout.length + result.stderr.length <= limits.outputBytes &&
    madeBytes.reduce((sum, bytes) => sum + bytes, 0) <= limits.diskBytes &&
    madeBytes.every((bytes) => bytes <= limits.fileBytes)
  );
}
