import { posix } from "node:path";
import type { Limits } from "../domain/limits.ts";
import { WORK_DIRECTORY } from "../domain/work-directory.ts";
import { type Command, covers, runCommand, warmCompilerCommand } from "../languages/command.ts";
import { expandText } from "../languages/template.ts";
import type { Toolchain } from "../languages/toolchain.ts";
import type { RunSpec } from "../sandbox/sandbox.ts";
import type { WarmStart } from "../sandbox/warm-start.ts";

/** What may be booted ahead for a toolchain's compile runs, and for its programs'. */
interface ToolchainStarts {
  readonly compile: WarmStart | null;
  readonly run: WarmStart | null;
}

/** Modules by language. */
export type Preload = Readonly<Record<string, readonly string[]>>;

export type WarmStarts = ReadonlyMap<Toolchain, ToolchainStarts>;

/**
 * Those of the toolchains whose manifests say how.
 * @param options.canFork whether this host can have zygotes; without them interpreters boot in their boxes.
 * @param options.preload modules that interpreters load ahead, by language.
 */
export function warmStartsOf(
  toolchains: readonly Toolchain[],
  options: { readonly canFork?: boolean; readonly preload?: Preload } = {},
): WarmStarts {
  const { canFork = true, preload = {} } = options;
  const possible = (start: WarmStart | null): WarmStart | null =>
    start === null || canFork ? start : { ...start, way: "boot" };
  const starts = toolchains.map((toolchain) => {
    return [
      toolchain,
      {
        compile: possible(compileStart(toolchain)),
        run: possible(runStart(toolchain, preload[toolchain.language] ?? [])),
      },
    ] as const;
  });
  return new Map(starts.filter(([, { compile, run }]) => compile !== null || run !== null));
}

/** All of them, each with an id of its own. */
export function listWarmStarts(starts: WarmStarts): readonly WarmStart[] {
  return Array.from(starts.values(), ({ compile, run }) => [compile, run])
    .flat()
    .filter((start) => start !== null);
}

/** As the simplest of its runs would start it. */
function runStart(toolchain: Toolchain, preload: readonly string[]): WarmStart | null {
  const { run, mainFile } = toolchain.manifest;
  if (run.warm === undefined) return null;
  const { way, file, early, unless, unlessMain, preload: loading } = run.warm;
  const files = [{ path: mainFile.default, content: new Uint8Array() }];
  const { limits } = toolchain;
  return {
    ...runCommand(toolchain, { files, limits, args: [], env: {} }, []),
    id: `${toolchain.language}-${toolchain.version}`,
    way,
    mainFile: file && inWorkDirectory(expandText(file, { mainFile: () => mainFile.default })),
    takesArguments: false,
    isEarly: early,
    unless: unless.map(inWorkDirectory),
    unlessMain: unlessMain ?? null,
    preload,
    unlessFile: preload.length > 0 ? (loading?.unless ?? null) : null,
    limits,
  };
}

function compileStart(toolchain: Toolchain): WarmStart | null {
  const command = warmCompilerCommand(toolchain);
  const { compile } = toolchain.manifest;
  if (command === null || compile?.warm === undefined) return null;
  const { way, arguments: file } = compile.warm;
  return {
    ...command,
    id: `${toolchain.language}-${toolchain.version} compiler`,
    way,
    mainFile: inWorkDirectory(file),
    takesArguments: true,
    isEarly: false,
    // The file is there while it boots: neither it nor a directory of that name can be a run's.
    unless: [inWorkDirectory(file), inWorkDirectory(`${file}/`)],
    unlessMain: null,
    preload: [],
    unlessFile: null,
    limits: toolchain.compileLimits,
  };
}

function inWorkDirectory(path: string): string {
  return posix.join(WORK_DIRECTORY, path);
}

/** What an interpreter knows of its limits from its start; the others are the box's business. */
const BOOT_LIMITS: readonly (keyof Limits)[] = ["memoryBytes", "processes", "openFiles", "fileBytes"];

/**
 * Whether a run is what was booted for it: under the same limits, with none of the files that were looked for in vain; and
 * an interpreter's the same command, without arguments or environment of the request's, with the file at which it stops.
 */
export function fitsWarmStart(run: Omit<RunSpec, "warm">, start: WarmStart): boolean {
  return (
    BOOT_LIMITS.every((name) => run.limits[name] === start.limits[name]) &&
    !run.files.some(({ path }) => covers(start.unless, inWorkDirectory(path)) || standsIn(path, start)) &&
    (start.takesArguments || (isSameCommand(run, start) && fitsMain(run.files, start)))
  );
}

function standsIn(path: string, { unlessFile, mainFile }: WarmStart): boolean {
  return unlessFile?.test(path) === true && inWorkDirectory(path) !== mainFile;
}

function isSameCommand(run: Command, start: Command): boolean {
  return (
    run.executable === start.executable &&
    isSameList(run.argv, start.argv) &&
    isSameList(Object.entries(run.env).flat(), Object.entries(start.env).flat())
  );
}

function fitsMain(files: RunSpec["files"], { mainFile, unlessMain }: WarmStart): boolean {
  if (mainFile === null) return true;
  const main = files.find(({ path }) => inWorkDirectory(path) === mainFile);
  return main !== undefined && unlessMain?.test(Buffer.from(main.content).toString("latin1")) !== true;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
