const KIB = 1024;
const MIB = 1024 * KIB;

/** How much a request may carry. What a run may use is another matter: see `Limits`. */
export const REQUEST_LIMITS = {
  /** `code`, and each of `files`, bytes. */
  sourceBytes: 1 * MIB,
  /** All of `files` together, bytes. */
  allSourceBytes: 16 * MIB,
  /** Entries of `files`. */
  files: 1_000,
  /** `stdin`, bytes. */
  stdinBytes: 16 * MIB,
  /** Entries of `args`, and of `compileArgs`. */
  args: 256,
  /** All of `args` together, and all of `compileArgs`, bytes. */
  argsBytes: 64 * KIB,
  /** Entries of `env`. */
  env: 256,
  /** All names and values of `env` together, bytes. */
  envBytes: 64 * KIB,
  /** A file's path, bytes. */
  pathBytes: 1_024,
  /** One part of a path, bytes: what Linux allows. */
  pathPartBytes: 255,
  /** Parts of a path. */
  pathDepth: 16,
  /** `language` and `version`, characters. */
  nameCharacters: 64,
  /** `webhook.url`, characters. */
  urlCharacters: 2_048,
  /** `webhook.secret`, characters: too many to guess, and no more than a hash uses. */
  leastSecret: 16,
  mostSecret: 256,
  /** Entries of any array or object of a JSON body: as many as there may be files. */
  entries: 1_000,
  /** Values of a JSON body altogether: twice what the largest right request has. */
  values: 10_000,
  /** A JSON body, bytes: the largest stdin and files in base64, with room for the rest. */
  bodyBytes: 40 * MIB,
} as const;
