import { existsSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS, type Limits } from "../domain/limits.ts";
import type { Detected } from "./detect.ts";
import { mainFileName } from "./main-file.ts";
import type { Manifest } from "./manifest.ts";
import { expandText, type Values } from "./template.ts";
import { majorOf, minorOf } from "./versions.ts";

/** A file or a directory of this host that a box shows, read-only. */
export interface HostTree {
  readonly source: string;
  /** Where it is in the box. */
  readonly path: string;
}

/** One version of a language on this host. */
export interface Toolchain {
  /** Absolute path in the box. */
  readonly executable: string;
  readonly version: string;
  /** The language's id. */
  readonly language: string;
  readonly manifest: Manifest;
  /** What a box needs to see that is outside `/usr`. */
  readonly trees: readonly HostTree[];
  /** What a run gets when the request says nothing. */
  readonly limits: Limits;
  /** What a compile run gets when the request says nothing. */
  readonly compileLimits: Limits;
  /** The name to save a program under that came as one text. */
  mainFileOf(source: Uint8Array): string;
}

/** Every box has this one, whatever its language. */
const BASE_TREE = "/usr";

/** Where hosts have programs that are not the distribution's. */
const PROGRAMS_TREE = "/opt";

/** Where a box has what is anywhere else on the host. */
const OWN_TREE = "/opt/millrace";

export function createToolchain(manifest: Manifest, detected: Detected): Toolchain {
  const { trees, executable } = placeInBox(manifest, detected);
  return {
    ...defaultLimits(manifest),
    language: manifest.id,
    version: detected.version,
    executable,
    manifest,
    trees,
    mainFileOf: (source) => mainFileName(manifest, source),
  };
}

/** The limits of a language, whether it is here or not. */
export function defaultLimits(manifest: Manifest): Pick<Toolchain, "limits" | "compileLimits"> {
  return {
    limits: override(DEFAULT_RUN_LIMITS, manifest.run.limits),
    compileLimits: override(DEFAULT_COMPILE_LIMITS, manifest.compile?.limits ?? {}),
  };
}

function override(defaults: Limits, own: { readonly [Name in keyof Limits]?: number | undefined }): Limits {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** What the manifest's templates may say about a toolchain. `home` holds the `bin` that the executable is in. */
export function toolchainValues({ executable, version }: Pick<Toolchain, "executable" | "version">): Values {
  return {
    executable: () => executable,
    home: () => dirname(dirname(executable)),
    version: () => version,
    major: () => majorOf(version),
    minor: () => minorOf(version),
  };
}

/**
 * What is in a place for programs, or in a directory that the manifest names, is there in a box as well: toolchains know
 * their own places. An executable from anywhere else, like someone's home, gets a place of ours: a box may have something
 * else where it was, as in `/tmp`, and a program should not learn the name.
 */
function placeInBox(manifest: Manifest, detected: Detected): Pick<Toolchain, "trees" | "executable"> {
  const { executable, version } = detected;
  const values = toolchainValues(detected);
  const wanted = manifest.trees.map((template) => expandText(template, values)).filter(isToolchainTree);
  const directories = wanted.filter((tree) => !isWithin(tree, BASE_TREE) && existsSync(tree));
  const trees = directories.map((path) => ({ source: path, path }));
  if ([BASE_TREE, ...directories].some((tree) => isWithin(executable, tree))) return { trees, executable };
  const path = isWithin(executable, PROGRAMS_TREE)
    ? executable
    : join(OWN_TREE, `${manifest.id}-${version}`, "bin", basename(executable));
  return { trees: [...trees, { source: executable, path }], executable: path };
}

/** A directory right below the root holds much more than a toolchain: it never goes into a box. */
function isToolchainTree(path: string): boolean {
  return path.split(sep).filter((part) => part !== "").length >= 2;
}

function isWithin(path: string, tree: string): boolean {
  return path === tree || path.startsWith(`${tree}${sep}`);
}
