import { existsSync } from "node:fs";
import { dirname, sep } from "node:path";
import { DEFAULT_COMPILE_LIMITS, DEFAULT_RUN_LIMITS, type Limits } from "../domain/limits.ts";
import type { Detected } from "./detect.ts";
import { mainFileName } from "./main-file.ts";
import type { Manifest } from "./manifest.ts";
import { expandText, type Values } from "./template.ts";
import { majorOf } from "./versions.ts";

/** One version of a language on this host. */
export interface Toolchain extends Detected {
  /** The language's id. */
  readonly language: string;
  readonly manifest: Manifest;
  /** Files and directories outside `/usr` that a box needs to see, each at its own path. */
  readonly trees: readonly string[];
  /** What a run gets when the request says nothing. */
  readonly limits: Limits;
  /** What a compile run gets when the request says nothing. */
  readonly compileLimits: Limits;
  /** The name to save a program under that came as one text. */
  mainFileOf(source: Uint8Array): string;
}

/** Every box has this one, whatever its language. */
const BASE_TREE = "/usr";

export function createToolchain(manifest: Manifest, detected: Detected): Toolchain {
  return {
    ...detected,
    ...defaultLimits(manifest),
    language: manifest.id,
    manifest,
    trees: treesOf(manifest, detected),
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
export function toolchainValues({ executable, version }: Detected): Values {
  return {
    executable: () => executable,
    home: () => dirname(dirname(executable)),
    version: () => version,
    major: () => majorOf(version),
  };
}

function treesOf(manifest: Manifest, detected: Detected): string[] {
  const values = toolchainValues(detected);
  const wanted = manifest.trees.map((template) => expandText(template, values)).filter(isToolchainTree);
  const isCovered = (path: string, trees: readonly string[]) => trees.some((tree) => isWithin(path, tree));
  const trees = wanted.filter((tree) => !isWithin(tree, BASE_TREE) && existsSync(tree));
  if (!isCovered(detected.executable, [BASE_TREE, ...trees])) trees.push(detected.executable);
  return trees;
}

/** A directory right below the root holds much more than a toolchain: it never goes into a box. */
function isToolchainTree(path: string): boolean {
  return path.split(sep).filter((part) => part !== "").length >= 2;
}

function isWithin(path: string, tree: string): boolean {
  return path === tree || path.startsWith(`${tree}${sep}`);
}
