import { posix } from "node:path";
import type { Limits } from "../domain/limits.ts";
import { WORK_DIRECTORY } from "../domain/work-directory.ts";
import { covers, runCommand } from "../languages/command.ts";
import { expandText } from "../languages/template.ts";
import type { Toolchain } from "../languages/toolchain.ts";
import type { RunSpec } from "../sandbox/sandbox.ts";
import type { WarmStart } from "../sandbox/warm-start.ts";

/** The interpreters that may be booted ahead, by their toolchains. */
export type WarmStarts = ReadonlyMap<Toolchain, WarmStart>;

/** Those of the toolchains whose manifests say how: each as the simplest of its runs would start it. */
export function warmStartsOf(toolchains: readonly Toolchain[]): WarmStarts {
  const starts = new Map<Toolchain, WarmStart>();
  for (const toolchain of toolchains) {
    const { run, mainFile } = toolchain.manifest;
    if (run.warm === undefined) continue;
    const { way, file, early, unless, unlessMain } = run.warm;
    const files = [{ path: mainFile.default, content: new Uint8Array() }];
    const { limits } = toolchain;
    starts.set(toolchain, {
      ...runCommand(toolchain, { files, limits, args: [], env: {} }, []),
      id: `${toolchain.language}-${toolchain.version}`,
      way,
      mainFile: file && posix.join(WORK_DIRECTORY, expandText(file, { mainFile: () => mainFile.default })),
      isEarly: early,
      unless: unless.map((name) => posix.join(WORK_DIRECTORY, name)),
      unlessMain: unlessMain ?? null,
      limits,
    });
  }
  return starts;
}

/** What an interpreter knows of its limits from its start; the others are the box's business. */
const BOOT_LIMITS: readonly (keyof Limits)[] = ["memoryBytes", "processes", "openFiles", "fileBytes"];

/**
 * Whether a run is what the interpreter was booted for: the same command, without arguments or environment of the
 * request's, under the same limits, with the file at which it stops, and none that it has looked for in vain.
 */
export function fitsWarmStart(run: Omit<RunSpec, "warm">, start: WarmStart): boolean {
  const files = new Map(run.files.map(({ path, content }) => [posix.join(WORK_DIRECTORY, path), content]));
  const main = start.mainFile === null ? null : files.get(start.mainFile);
  return (
    main !== undefined &&
    !isRefused(main, start) &&
    ![...files.keys()].some((path) => covers(start.unless, path)) &&
    run.executable === start.executable &&
    isSameList(run.argv, start.argv) &&
    isSameList(Object.entries(run.env).flat(), Object.entries(start.env).flat()) &&
    BOOT_LIMITS.every((name) => run.limits[name] === start.limits[name])
  );
}

function isRefused(main: Uint8Array | null, { unlessMain }: WarmStart): boolean {
  return unlessMain !== null && main !== null && unlessMain.test(Buffer.from(main).toString("latin1"));
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
