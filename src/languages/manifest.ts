import { parse } from "yaml";
import { z } from "zod";
import { LIMIT_NAMES, type Limits, MAXIMUM_LIMITS } from "../domain/limits.ts";
import { findTemplateFaults } from "./manifest-templates.ts";

/** A command line; see `manifest-templates.ts` for the `{names}` that each may use. */
const command = z.tuple([z.string()], z.string());

/** A regular expression. */
const pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source, "mu");
  } catch (error) {
    context.issues.push({ code: "custom", input: source, message: `is not a regular expression: ${String(error)}` });
    return z.NEVER;
  }
});

/** A regular expression with exactly one group, which holds what is looked for. */
const patternWithGroup = pattern.refine(({ source }) => groupCount(source) === 1, "needs exactly one (group)");

/** Counted by the engine itself: an alternative that matches the empty text shows every group. */
function groupCount(source: string): number {
  return (new RegExp(`${source}|`, "mu").exec("")?.length ?? 1) - 1;
}

const limit = (maximum: number) => z.int().min(1).max(maximum).optional();

const limits = z
  .strictObject(
    Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit(MAXIMUM_LIMITS[name])])) as Record<
      keyof Limits,
      ReturnType<typeof limit>
    >,
  )
  .default({});

const env = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({});

/** How much of the memory limit a managed heap may take; see `heapMiB`. */
const heap = z.strictObject({
  /** Share of the memory limit that the heap never exceeds. */
  fraction: z.number().gt(0).max(1),
  /** What the process needs beside its heap, MiB. */
  reserveMiB: z.int().min(0),
});

const relativePath = z
  .string()
  .regex(/^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$)).+$/, "has to be a path below the work directory");

const fileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);

/** Absolute paths, `*` and `[...]` allowed; `{millraceNode}` and `{millraceModules}` are what Millrace itself runs on. */
const candidates = z.array(z.string().regex(/^(?:\/|\{millraceNode\}$|\{millraceModules\}\/)/)).min(1);

/** The first number with a dot in it that a tool prints. */
const ANY_VERSION = String.raw`([0-9]+(?:\.[0-9]+)+)`;

const detect = z
  .strictObject({
    /** Where the language's executable may be. Every one that says its version is a toolchain. */
    executables: candidates,
    /** Prints the version of `{executable}`. What it starts has to be a native executable, never a script. */
    versionCommand: command.default(["{executable}", "--version"]),
    /** Applied to what that prints; its group is the version. By default the first number with a dot in it. */
    versionPattern: patternWithGroup.prefault(ANY_VERSION),
    /** What `apt-get install` needs to bring the toolchain. */
    debianPackage: z.string().min(1).optional(),
    /** What brings the toolchain where Debian has no package for it. */
    install: z.string().min(1).optional(),
    /** Whether set-up leaves it to people to install this language. */
    optional: z.boolean().default(false),
  })
  .refine(({ debianPackage, install }) => (debianPackage === undefined) !== (install === undefined), {
    message: "needs debianPackage or install, not both",
  });

const prepare = z.strictObject({
  /** Leaves in the directory `{prepared}` what every box of this toolchain is to have, read-only. */
  command,
  env,
  /** What a person is told while it runs. */
  why: z.string().min(1),
});

const way = z.enum(["fork", "boot"]);

/** A process that has done ahead of a compile run what does not depend on the program; see docs/warm-starts.md. */
const warmCompiler = z.strictObject({
  way,
  /** Starts it. It compiles something, stops when it opens the file `arguments`, and is the compiler from then on. */
  command,
  /** What it reads there are the arguments of the compile command, each but the last with a NUL behind it. */
  arguments: relativePath,
});

const compile = z.strictObject({
  command,
  /** Files that the compiler needs where the program has none of that name. */
  files: z.record(relativePath, z.string()).default({}),
  /** What the compiler makes: a file, or `directory/` for everything below it. */
  artifacts: z.array(relativePath).min(1),
  env,
  limits,
  heap: heap.optional(),
  warm: warmCompiler.optional(),
});

/** That an interpreter can load modules before it opens its main file; see docs/warm-starts.md. */
const preload = z.strictObject({
  /** What a module's name has to be like, without a comma or a colon. */
  name: pattern,
  /** Files, by their paths, that could stand in for a module: a run that has one beside its main file starts cold. */
  unless: pattern,
  /** A program that loads those that its arguments name. What it prints is what is wrong with them. */
  check: z.string().min(1),
});

const warm = z.preprocess(
  (given) => (typeof given === "string" ? { way: given } : given),
  z.strictObject({
    way,
    /** Which file that is; null: it stops before it does anything of its own. */
    file: relativePath.nullable().default("{mainFile}"),
    /** It opens that file, and looks at its first byte, before it boots: it stops at the end of the first line. */
    early: z.boolean().default(false),
    /** Files, or `directory/`, that it looks for before: a run that has one of them starts cold. */
    unless: z.array(relativePath).default([]),
    /** A run whose main file this regular expression matches starts cold. */
    unlessMain: pattern.optional(),
    /** How it loads modules ahead; without this it cannot. */
    preload: preload.optional(),
  }),
);

const run = z.strictObject({
  /** The request's arguments follow it. */
  command: command.default(["{executable}", "{mainFile}"]),
  env,
  limits,
  heap: heap.optional(),
  /** That the interpreter can be booted ahead, up to the opening of a file, and how; see docs/warm-starts.md. */
  warm: warm.optional(),
});

const manifestSchema = z
  .strictObject({
    /** The word in a request and in an address. */
    id: z.string().regex(/^[a-z][a-z0-9-]*$/),
    /** The name for people. */
    name: z.string().min(1),
    aliases: z.array(z.string().regex(/^[a-z0-9][a-z0-9+#.-]*$/)).default([]),
    /** Endings of the language's source files, the usual one first. */
    extensions: z.array(z.string().regex(/^\.[a-z0-9]+$/)).min(1),
    /**
     * What a program sent as one text is saved under: always the same, or as a top-level name in its text asks.
     * By default `main` with the usual ending.
     */
    mainFile: z
      .union([
        fileName.transform((name) => ({ default: name, topLevelName: null })),
        z.strictObject({ default: fileName, topLevelName: patternWithGroup }),
      ])
      .optional(),
    /** A small program that prints `Hello, world!`. */
    hello: z.string().min(1),
    detect,
    /** Other executables that the commands name: the first native one that is there. All have to be there. */
    tools: z.record(z.string().regex(/^[a-z][A-Za-z]*$/), candidates).default({}),
    /** Directories outside /usr that a box needs. Those that do not exist are left out. */
    trees: z.array(z.string().regex(/^(?:\/|\{(?:home|executable)\})/)).default([]),
    /** What is done once for each toolchain of this host. */
    prepare: prepare.optional(),
    compile: compile.optional(),
    run: run.prefault({}),
  })
  .check(({ value, issues }) => {
    for (const { path, input, message } of findTemplateFaults(value))
      issues.push({ code: "custom", path, input, message });
  })
  .transform(({ mainFile, ...manifest }) => ({
    ...manifest,
    mainFile: mainFile ?? { default: `main${manifest.extensions[0]}`, topLevelName: null },
  }));

export type Manifest = z.infer<typeof manifestSchema>;
export type Heap = z.infer<typeof heap>;

/**
 * Reads a manifest.
 * @param file its name, for messages.
 * @throws {Error} naming the file and every key that is wrong.
 */
export function parseManifest(text: string, file: string): Manifest {
  const parsed = manifestSchema.safeParse(parseYaml(text, file));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `  ${issue.path.join(".") || "(top)"}: ${issue.message}`);
  throw new Error(`${file} is not a language manifest:\n${faults.join("\n")}`);
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text, { merge: true });
  } catch (error) {
    throw new Error(`${file} is not YAML: ${String(error)}`, { cause: error });
  }
}
