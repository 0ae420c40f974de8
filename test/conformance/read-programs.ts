import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, parse as parsePath } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { STATUSES } from "../../src/domain/outcome.ts";
import { parseManifest } from "../../src/languages/manifest.ts";
import { LANGUAGES_DIRECTORY } from "../../src/main/package-files.ts";
import { readSource, type Source } from "../support/read-source.ts";

const PROGRAMS = fileURLToPath(new URL("programs", import.meta.url));

/** How a language ends a case in another way than the catalogue says. */
const differenceSchema = z.strictObject({
  why: z.string(),
  status: z.enum(STATUSES),
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  /** A regular expression. */
  stderr: z
    .string()
    .transform((source) => new RegExp(source, "mu"))
    .optional(),
});

/** `facts.yaml`: where a language is not like the others. */
const factsSchema = z.strictObject({
  /** Cases that the language can have no program for, with the reason. */
  notApplicable: z.record(z.string(), z.string()).default({}),
  differs: z.record(z.string(), differenceSchema).default({}),
  /** A regular expression of what a message says about `{line}`, where it does not name the file and soon after the line. */
  place: z.string().optional(),
});

export type Facts = z.infer<typeof factsSchema>;
export type Difference = z.infer<typeof differenceSchema>;

/** What a manifest says of a language that concerns its programs. */
export interface TestedLanguage {
  readonly id: string;
  readonly name: string;
  /** With its dot. */
  readonly extension: string;
  /** What a program sent as one text is saved under. */
  readonly mainFile: string;
  readonly isCompiled: boolean;
}

/** A language's program for a case. */
export interface Program {
  readonly language: TestedLanguage;
  readonly source: Source;
  /** Matches a message about the line that is marked `HERE`. */
  readonly place: RegExp;
}

/**
 * All languages that there are manifests for, those that are not installed on this host too; but not those that are left to
 * people to install and have no programs here.
 */
export function readLanguages(): readonly TestedLanguage[] {
  const files = readdirSync(LANGUAGES_DIRECTORY).filter((file) => file.endsWith(".yaml"));
  const manifests = files
    .sort()
    .map((file) => parseManifest(readFileSync(join(LANGUAGES_DIRECTORY, file), "utf8"), file));
  return manifests
    .filter(({ id, detect }) => !detect.optional || existsSync(join(PROGRAMS, id)))
    .map(({ id, name, extensions, mainFile, compile }) => {
      return {
        id,
        name,
        extension: extensions[0] ?? "",
        mainFile: mainFile.default,
        isCompiled: compile !== undefined,
      };
    });
}

/** The folders that hold a language's programs. */
export function listFolders(): string[] {
  return readdirSync(PROGRAMS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The cases that a language has programs for. */
export function listPrograms(language: string): string[] {
  const entries = existsSync(join(PROGRAMS, language)) ? readdirSync(join(PROGRAMS, language)) : [];
  return entries.filter((entry) => entry !== "facts.yaml").map((entry) => parsePath(entry).name);
}

/** @throws {Error} naming the file and what is wrong in it. */
export function readFacts(language: string): Facts {
  const path = join(PROGRAMS, language, "facts.yaml");
  if (!existsSync(path)) return factsSchema.parse({});
  const parsed = factsSchema.safeParse(parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
}

/** @throws {Error} when there is not exactly one, or a folder of files has no main one. */
export function readProgram(language: TestedLanguage, name: string): Program {
  const folder = join(PROGRAMS, language.id);
  const [entry, ...others] = readdirSync(folder).filter((entry) => parsePath(entry).name === name);
  if (entry === undefined || others.length > 0) {
    throw new Error(
      `There has to be one program test/conformance/programs/${language.id}/${name}${language.extension}`,
    );
  }
  const source = readSource(join(folder, entry));
  return { language, source, place: source.code === undefined ? /(?!)/ : placeOf(language, source.code) };
}

/** Languages write `main.py", line 2`, `main.c:2:3`, `main.sh: line 2` or `main.php on line 2`. */
function placeOf(language: TestedLanguage, code: string): RegExp {
  const line = String(code.split("\n").findIndex((text) => text.includes("HERE")) + 1);
  const { place = `${language.mainFile.replace(".", "\\.")}\\D{1,10}{line}\\b` } = readFacts(language.id);
  return new RegExp(place.replace("{line}", line), "mu");
}
