import { CATALOGUE } from "./catalogue.ts";
import { type Facts, readFacts, type TestedLanguage } from "./read-programs.ts";

const PREAMBLE = `<!-- Written by \`npm run test:conformance -- -u\` from test/conformance. -->
# What programs of every language get

The same cases are tried with a program of every language, over HTTP, in \`npm test\`; \`npm run test:conformance\` tries
them alone. [languages.md](languages.md) says what the languages are. What is sent and what it must get stands once for all languages, in
[\`catalogue.ts\`](../test/conformance/catalogue.ts). The programs are in
[\`test/conformance/programs\`](../test/conformance/programs), a folder for each language, and in it a file or a folder of
files for each case. A language that is not installed is skipped by name.

A language without a program for a case fails, unless its \`facts.yaml\` says why it cannot have one (–). The same file says
why and how a language ends a case in a way of its own (≠).`;

/** The page that says, case by case and language by language, what holds. */
export function describeConformance(languages: readonly TestedLanguage[]): string {
  const columns = languages.map((language) => ({ language, facts: readFacts(language.id) }));
  const rows = CATALOGUE.map(({ name }) => [`\`${name}\``, ...columns.map(({ facts }) => cell(facts, name))]);
  return [
    PREAMBLE,
    table(["", ...columns.map(({ language }) => language.id)], rows),
    "## The cases",
    table(
      ["Case", "What holds"],
      CATALOGUE.map(({ name, what }) => [`\`${name}\``, what]),
    ),
    "## Where languages differ",
    table(
      ["Language", "Case", "", "Why"],
      columns.flatMap(({ language, facts }) => exceptions(language.name, facts)),
    ),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

function cell({ notApplicable, differs }: Facts, name: string): string {
  if (notApplicable[name] !== undefined) return "–";
  return differs[name] === undefined ? "✓" : "≠";
}

function exceptions(language: string, { notApplicable, differs }: Facts): string[][] {
  return [
    ...Object.entries(notApplicable).map(([name, why]) => [language, `\`${name}\``, "–", why]),
    ...Object.entries(differs).map(([name, { status, signal, why }]) => {
      return [
        language,
        `\`${name}\``,
        `\`${status}\`${signal === undefined || signal === "SIGKILL" ? "" : `, ${signal}`}`,
        why,
      ];
    }),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
