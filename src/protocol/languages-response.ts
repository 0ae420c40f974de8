import { z } from "zod";
import type { Language } from "../domain/language.ts";
import { LIMIT_NAMES, type Limits } from "../domain/limits.ts";

const limits = z.strictObject(
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, z.int().min(1)])) as Record<keyof Limits, z.ZodInt>,
);

/** A language, as `GET /v1/languages` describes it. */
export const languageEntrySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  aliases: z.array(z.string()),
  /** File name endings, with their dot. */
  extensions: z.array(z.string()),
  /** Whether this server has a toolchain for it. */
  available: z.boolean(),
  /** Exact versions; a request without a version gets the first. */
  versions: z.array(z.string()),
  /** What a program that is sent as one text is saved under, unless its text asks for another name. */
  mainFile: z.string(),
  limits,
  /** null for a language without a compiler. */
  compileLimits: limits.nullable(),
  /** A program that prints `Hello, world!`. */
  hello: z.string(),
  /** The command that brings a missing language to the server; null for one that is there. */
  install: z.string().nullable(),
  warm: z.boolean(),
});

export const languagesResponseSchema = z.strictObject({ languages: z.array(languageEntrySchema) });

export type LanguageEntry = z.infer<typeof languageEntrySchema>;
export type LanguagesResponse = z.infer<typeof languagesResponseSchema>;

export function toLanguagesResponse(languages: readonly Language[]): LanguagesResponse {
  return { languages: languages.map(toEntry) };
}

function toEntry(language: Language): LanguageEntry {
  return {
    id: language.id,
    name: language.name,
    aliases: [...language.aliases],
    extensions: [...language.extensions],
    available: language.isAvailable,
    versions: [...language.versions],
    mainFile: language.mainFile,
    limits: language.limits,
    compileLimits: language.compileLimits,
    hello: language.hello,
    install: language.install,
    warm: false,
  };
}
