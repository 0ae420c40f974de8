import type { Language } from "../domain/language.ts";

/** What has started. */
interface Started {
  readonly address: string;
  readonly version: string;
  /** Of this host; none where it runs nothing itself. */
  readonly languages: readonly Language[];
  /** Sentences that say who may use it. */
  readonly access: readonly string[];
  /** What its boxes lack, a sentence each. */
  readonly lacks: readonly string[];
  readonly isKeyNeeded: boolean;
  /** Where it meets other nodes, if it does. */
  readonly nats: readonly string[];
}

/** What a person sees when the server has started: where it is, what it can run, what it lacks, and what to try. */
export function describeStart(options: Started): string {
  const { address, version, languages, access, lacks, isKeyNeeded, nats } = options;
  const here = languages.filter(({ isAvailable }) => isAvailable);
  const missing = languages.filter(({ isAvailable }) => !isAvailable);
  const width = Math.max(0, ...languages.map(({ id }) => id.length));
  return [
    `Millrace ${version} listens on ${address}`,
    ...access,
    ...(nats.length > 0 ? [`It meets other nodes at ${nats.join(", ")}`] : []),
    ...describeLacks(lacks),
    "",
    ...[...here, ...missing].map((language) => `  ${language.id.padEnd(width)}  ${describeLanguage(language)}`),
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

/** The same of a worker alone. */
export function describeWorkerStart({ address, version, languages, lacks, nats }: Started): string {
  const here = languages.filter(({ isAvailable, troubles }) => isAvailable || troubles.length > 0);
  return [
    `Millrace ${version} takes jobs at ${nats.join(", ")}`,
    `Whether it does so, and its metrics: it listens on ${address}`,
    ...describeLacks(lacks),
    "",
    ...here.map((language) => `  ${language.id}  ${describeLanguage(language)}`),
    "",
  ].join("\n");
}

function describeLanguage({ versions, install, troubles }: Language): string {
  const here = versions.length > 0 ? [versions.join(", ")] : [];
  if (here.length + troubles.length === 0) return `missing: ${install}`;
  return [...here, ...troubles].join("; ");
}

function describeLacks(lacks: readonly string[]): readonly string[] {
  return lacks.length > 0 ? ["Isolation is reduced:", ...lacks.map((sentence) => `  ${sentence}`)] : [];
}
