import { posix } from "node:path";
import type { Execution, SourceFile } from "../domain/execution.ts";
import { WORK_DIRECTORY } from "../domain/work-directory.ts";
import { heapMiB } from "./heap.ts";
import { findMainClass } from "./jvm-main-class.ts";
import type { Heap } from "./manifest.ts";
import { expandAll, expandEach, expandText, type Values } from "./template.ts";
import type { Toolchain } from "./toolchain.ts";
import { toolchainValues } from "./toolchain-values.ts";

const SYSTEM_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];

/** A process to start. */
export interface Command {
  /** Absolute path in the box. */
  readonly executable: string;
  /** All arguments, `argv[0]` first. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How to compile a program; null for a language without a compiler. */
export function compileCommand(toolchain: Toolchain, execution: Execution): Command | null {
  const { compile } = toolchain.manifest;
  if (compile === undefined) return null;
  const settings = settingValues(toolchain, execution.compileLimits.memoryBytes, compile.heap);
  const argv = expandAll(compile.command, {
    ...settings,
    ...fileValues(execution),
    sources: () => sourcesOf(execution.files, toolchain).map(asArgument),
    compileArgs: () => execution.compileArgs,
  });
  return toCommand(argv, { ...baseEnv(toolchain), ...expandEach(compile.env, settings) });
}

/** What is started ahead of a compile run under the usual limits, and becomes the compiler; null when the manifest does not say how. */
export function warmCompilerCommand(toolchain: Toolchain): Command | null {
  const { compile } = toolchain.manifest;
  if (compile?.warm === undefined) return null;
  const settings = settingValues(toolchain, toolchain.compileLimits.memoryBytes, compile.heap);
  const env = { ...baseEnv(toolchain), ...expandEach(compile.env, settings) };
  return toCommand(expandAll(compile.warm.command, settings), env);
}

/** The files that a compile run is given: the program's, and those of the manifest that the program does not have. */
export function compileFiles(toolchain: Toolchain, execution: Execution): readonly SourceFile[] {
  const values = toolchainValues(toolchain);
  const missing = Object.entries(toolchain.manifest.compile?.files ?? {}).filter(
    ([wanted]) => !execution.files.some(({ path }) => path === wanted || path.startsWith(`${wanted}/`)),
  );
  return [
    ...execution.files,
    ...missing.map(([path, template]) => ({ path, content: Buffer.from(expandText(template, values)) })),
  ];
}

/** How to run a program, after `artifacts` came out of its compile run. The request's environment wins over the language's. */
export function runCommand(
  toolchain: Toolchain,
  execution: Pick<Execution, "files" | "limits" | "args" | "env">,
  artifacts: readonly SourceFile[],
): Command {
  const { run } = toolchain.manifest;
  const settings = settingValues(toolchain, execution.limits.memoryBytes, run.heap);
  const argv = expandAll(run.command, {
    ...settings,
    ...fileValues(execution),
    mainClass: () => findMainClass(artifacts, mainFileOf(execution.files).path),
  });
  return toCommand([...argv, ...execution.args], {
    ...baseEnv(toolchain),
    ...expandEach(run.env, settings),
    ...execution.env,
  });
}

/** What the program's compiler makes: files relative to the work directory, `directory/` for everything below one. */
export function artifactNames(toolchain: Toolchain, execution: Execution): readonly string[] {
  const values = fileValues(execution);
  return (toolchain.manifest.compile?.artifacts ?? []).map((name) => posix.normalize(expandText(name, values)));
}

/** Whether a path is one of these names, or below one that is a `directory/`. */
export function covers(names: readonly string[], path: string): boolean {
  return names.some((name) => (name.endsWith("/") ? path.startsWith(name) : path === name));
}

/** What depends on the toolchain and the limits alone. */
function settingValues(toolchain: Toolchain, memoryBytes: number, heap: Heap | undefined): Values {
  return {
    ...toolchainValues(toolchain),
    heapMiB: () => String(heapMiB(memoryBytes, heap ?? { fraction: 1, reserveMiB: 0 })),
  };
}

/** What depends on the program's files. */
function fileValues({ files }: Pick<Execution, "files">): Values {
  return {
    mainFile: () => asArgument(mainFileOf(files).path),
    mainDirectory: () => asArgument(posix.dirname(mainFileOf(files).path)),
  };
}

function toCommand(argv: readonly string[], env: Record<string, string>): Command {
  const [name] = argv;
  if (name === undefined) throw new Error("a command without a program");
  return { executable: posix.resolve(WORK_DIRECTORY, name), argv, env };
}

/** What every program finds in its environment. A toolchain outside the system's path comes first in it. */
function baseEnv({ executable }: Toolchain): Record<string, string> {
  const directory = posix.dirname(executable);
  const path = SYSTEM_PATH.includes(directory) ? SYSTEM_PATH : [directory, ...SYSTEM_PATH];
  return { PATH: path.join(":"), HOME: WORK_DIRECTORY, LANG: "C.UTF-8" };
}

function mainFileOf(files: readonly SourceFile[]): SourceFile {
  const [main] = files;
  if (main === undefined) throw new Error("an execution without files");
  return main;
}

/** The files a compiler is given: the main one and every other one with an ending of the language. */
function sourcesOf(files: readonly SourceFile[], { manifest }: Toolchain): string[] {
  return files
    .filter(({ path }, index) => index === 0 || manifest.extensions.some((extension) => path.endsWith(extension)))
    .map(({ path }) => path);
}

/** A path that no tool takes for an option or a response file. */
function asArgument(path: string): string {
  return /^[-@+]/.test(path) ? `./${path}` : path;
}
