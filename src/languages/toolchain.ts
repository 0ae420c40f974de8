import { existsSync } from "node:fs";
import { basename, join, normalize, sep } from "node:path";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS, type Limits } from "../domain/limits.ts";
import type { Detected } from "./detect.ts";
import { mainFileName } from "./main-file.ts";
import type { Manifest } from "./manifest.ts";
import { expandText } from "./template.ts";
import { type Executables, toolchainValues } from "./toolchain-values.ts";

/** A file or a directory of this host that a box shows, read-only. */
export interface HostTree {
  readonly source: string;
  /** Where it is in the box. */
  readonly path: string;
}

/** One version of a language on this host. Its executables are paths in the box. */
export interface Toolchain extends Executables {
  readonly version: string;
  /** Differs for toolchains that differ, also when they say the same version. */
  readonly stamp: string;
  /** The directory in the box that holds what was prepared for it; null when nothing has to be. */
  readonly prepared: string | null;
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

/** @param prepared the directory of this host that holds what was prepared for it, if anything has to be. */
export function createToolchain(manifest: Manifest, detected: Detected, prepared: string | null = null): Toolchain {
  return {
    ...defaultLimits(manifest),
    language: manifest.id,
    version: detected.version,
    stamp: detected.stamp,
    manifest,
    ...placeInBox(manifest, detected, prepared),
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

/**
 * What is in a place for programs, or in a directory that the manifest names, is there in a box as well: toolchains know
 * their own places. An executable from anywhere else, like someone's home, gets a place of ours: a box may have something
 * else where it was, as in `/tmp`, and a program should not learn the name.
 */
function placeInBox(
  manifest: Manifest,
  detected: Detected,
  prepared: string | null,
): Executables & Pick<Toolchain, "trees" | "prepared"> {
  const ownTree = join(OWN_TREE, `${manifest.id}-${detected.version}`);
  const values = toolchainValues(detected);
  const wanted = manifest.trees.map((template) => normalize(expandText(template, values))).filter(isToolchainTree);
  const directories = wanted.filter((tree) => !isWithin(tree, BASE_TREE) && existsSync(tree));
  const trees: HostTree[] = directories.map((path) => ({ source: path, path }));

  function place(source: string): string {
    if ([BASE_TREE, ...directories].some((tree) => isWithin(source, tree))) return source;
    const path = isWithin(source, PROGRAMS_TREE) ? source : join(ownTree, "bin", basename(source));
    trees.push({ source, path });
    return path;
  }

  const executable = place(detected.executable);
  const tools = Object.fromEntries(Object.entries(detected.tools).map(([name, path]) => [name, place(path)]));
  if (prepared === null) return { trees, executable, tools, prepared };
  const path = join(ownTree, "prepared");
  return { trees: [...trees, { source: prepared, path }], executable, tools, prepared: path };
}

/** A directory right below the root holds much more than a toolchain: it never goes into a box. */
function isToolchainTree(path: string): boolean {
  return path.split(sep).filter((part) => part !== "").length >= 2;
}

function isWithin(path: string, tree: string): boolean {
  return path === tree || path.startsWith(`${tree}${sep}`);
}
