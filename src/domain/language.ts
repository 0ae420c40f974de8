import type { Limits } from "./limits.ts";

/** A language as clients see it. */
export interface Language {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** File name endings, with their dot. */
  readonly extensions: readonly string[];
  /** Whether this server has a toolchain for it. */
  readonly isAvailable: boolean;
  /** Exact versions that are here, the highest first; a request without a version gets the first. */
  readonly versions: readonly string[];
  /** The name that a program sent as one text is saved under, unless its text asks for another. */
  readonly mainFile: string;
  /** What a run gets when the request says nothing. */
  readonly limits: Limits;
  /** What its compile run gets when the request says nothing; null for a language without a compiler. */
  readonly compileLimits: Limits | null;
  /** A small program that prints `Hello, world!`. */
  readonly hello: string;
  /** The command that brings a missing language to this server; null for one that is here. */
  readonly install: string | null;
  /** Sentences about what this server has of it and cannot use. */
  readonly troubles: readonly string[];
}
