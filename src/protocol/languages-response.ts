import { z } from "zod";
import type { Language } from "../domain/language.ts";
import { LIMIT_NAMES, type Limits } from "../domain/limits.ts";

const limits = z
  .strictObject(Object.fromEntries(LIMIT_NAMES.map((name) => [name, z.int().min(1)])) as Record<keyof Limits, z.ZodInt>)
  .meta({ description: "What a run gets when the request says nothing." });

/** A language, as `GET /v1/languages` describes it. */
export const languageEntrySchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    aliases: z.array(z.string()),
    extensions: z.array(z.string()).meta({ description: "File name endings, with their dot." }),
    available: z.boolean().meta({ description: "Whether this server has a toolchain for it." }),
    versions: z.array(z.string()).meta({ description: "Exact versions; a request without a version gets the first." }),
    mainFile: z.string().meta({
      description: "What a program that is sent as one text is saved under, unless its text asks for another name.",
    }),
    limits,
    compileLimits: limits.nullable().meta({ description: "null for a language without a compiler." }),
    hello: z.string().meta({ description: "A program that prints `Hello, world!`." }),
    install: z.string().nullable().meta({
      description: "The command that brings a missing language to the server; null for one that is there.",
    }),
    warm: z.boolean().meta({ description: "Whether its programs may find a process started ahead." }),
    warmProcesses: z.int().min(0).meta({ description: "How many of those stand ready, on all nodes together." }),
    warmMemoryBytes: z.int().min(0).meta({
      description: "What those hold, with what gives birth to them and compilers that stand ready.",
    }),
  })
  .meta({ description: "A language that the server knows." });

export const languagesResponseSchema = z.strictObject({ languages: z.array(languageEntrySchema) });

export type LanguageEntry = z.infer<typeof languageEntrySchema>;
export type LanguagesResponse = z.infer<typeof languagesResponseSchema>;

/** By the ids of the languages whose interpreters are booted ahead: how many of them stand ready, and what they hold. */
export interface Warm {
  readonly processes: Readonly<Record<string, number>>;
  readonly memoryBytes: Readonly<Record<string, number>>;
}

export function toLanguagesResponse(languages: readonly Language[], warm: Warm): LanguagesResponse {
  return { languages: languages.map((language) => toEntry(language, warm)) };
}

function toEntry(language: Language, warm: Warm): LanguageEntry {
  const warmProcesses = warm.processes[language.id] ?? null;
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
    warm: warmProcesses !== null,
    warmProcesses: warmProcesses ?? 0,
    warmMemoryBytes: warm.memoryBytes[language.id] ?? 0,
  };
}
