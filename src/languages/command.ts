import { posix } from "node:path";
import type { Execution, SourceFile } from "../domain/execution.ts";
import { heapMiB } from "./heap.ts";
import { findMainClass } from "./jvm-main-class.ts";
import type { Heap } from "./manifest.ts";
import { expand, type Values } from "./template.ts";
import { type Toolchain, toolchainValues } from "./toolchain.ts";

/** Where the program's files are in every box, and where it starts. */
export const WORK_DIRECTORY = "/box";

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
  const argv = fill(compile.command, {
    ...commonValues(toolchain, execution.files, execution.compileLimits.memoryBytes, compile.heap),
    sources: () => sourcesOf(execution.files, toolchain).map(asArgument),
    compileArgs: () => execution.compileArgs,
  });
  return toCommand(argv, { ...baseEnv(toolchain), ...compile.env });
}

/** How to run a program, after `artifacts` came out of its compile run. The request's environment wins over the language's. */
export function runCommand(
  toolchain: Toolchain,
  execution: Pick<Execution, "files" | "limits" | "args" | "env">,
  artifacts: readonly SourceFile[],
): Command {
  const { run } = toolchain.manifest;
  const argv = fill(run.command, {
    ...commonValues(toolchain, execution.files, execution.limits.memoryBytes, run.heap),
    mainClass: () => findMainClass(artifacts, mainFileOf(execution.files).path),
  });
  return toCommand([...argv, ...execution.args], { ...baseEnv(toolchain), ...run.env, ...execution.env });
}

/** Whether a file that a compiler left is what the manifest says it makes. Paths are relative to the work directory. */
export function isArtifact(toolchain: Toolchain, path: string): boolean {
  const artifacts = toolchain.manifest.compile?.artifacts ?? [];
  return artifacts.some((artifact) => (artifact.endsWith("/") ? path.startsWith(artifact) : path === artifact));
}

function commonValues(
  toolchain: Toolchain,
  files: readonly SourceFile[],
  memoryBytes: number,
  heap: Heap | undefined,
): Values {
  return {
    ...toolchainValues(toolchain),
    mainFile: () => asArgument(mainFileOf(files).path),
    heapMiB: () => String(heapMiB(memoryBytes, heap ?? { fraction: 1, reserveMiB: 0 })),
  };
}

function fill(template: readonly string[], values: Values): string[] {
  return template.flatMap((item) => expand(item, values));
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
