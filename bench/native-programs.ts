import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const SOURCES = join(import.meta.dirname, "native");
/** Not in `/tmp`, which a box hides behind its own. */
const BUILD = join(import.meta.dirname, "build");

const FLAGS = ["-std=gnu11", "-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wshadow", "-Werror"];

/** Absolute paths of the programs that are compiled for the benchmark. */
export interface NativePrograms {
  /** Starts a program with `posix_spawn`. */
  readonly spawn: string;
  /** Sends requests. */
  readonly load: string;
  /** A static binary that prints one line, alone in its directory. */
  readonly hello: string;
}

/** Compiles the C programs of the benchmark. */
export async function buildNativePrograms(): Promise<NativePrograms> {
  await mkdir(join(BUILD, "hello"), { recursive: true });
  const [spawn, load, hello] = await Promise.all([
    compile("spawn.c", "spawn", ["-pthread"]),
    compile("load.c", "load", []),
    compile("hello.c", "hello/hello", ["-static"]),
  ]);
  return { spawn, load, hello };
}

async function compile(source: string, name: string, flags: readonly string[]): Promise<string> {
  const path = join(BUILD, name);
  await run("gcc", [...FLAGS, ...flags, "-o", path, join(SOURCES, source)]);
  return path;
}
