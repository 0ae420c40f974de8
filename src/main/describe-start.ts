import type { Language } from "../domain/language.ts";

/** What a person sees when the server has started: where it is, what it can run, what it lacks, and what to try. */
export function describeStart(options: {
  readonly address: string;
  readonly version: string;
  readonly languages: readonly Language[];
  /** Sentences that say who may use it. */
  readonly access: readonly string[];
  /** What its boxes lack, a sentence each. */
  readonly lacks: readonly string[];
  readonly isKeyNeeded: boolean;
}): string {
  const { address, version, languages, access, lacks, isKeyNeeded } = options;
  const here = languages.filter(({ isAvailable }) => isAvailable);
  const missing = languages.filter(({ isAvailable }) => !isAvailable);
  const width = Math.max(0, ...languages.map(({ id }) => id.length));
  return [
    `Millrace ${version} listens on ${address}`,
    ...access,
    ...(lacks.length > 0 ? ["Isolation is reduced:", ...lacks.map((sentence) => `  ${sentence}`)] : []),
    "",
    ...here.map(({ id, versions }) => `  ${id.padEnd(width)}  ${versions.join(", ")}`),
    ...missing.map(({ id, install }) => `  ${id.padEnd(width)}  missing: ${install}`),
    "",
    ...(here.some(({ id }) => id === "python")
      ? [
          `Try:  curl ${isKeyNeeded ? "-H 'Authorization: Bearer KEY' " : ""}--data-binary 'print(6*7)' ${address}/lang/python`,
        ]
      : []),
    `API:  ${address}/docs`,
    "",
  ].join("\n");
}
