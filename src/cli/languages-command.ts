import type { Command } from "commander";
import type { Config } from "../config/settings.ts";
import type { LanguageEntry } from "../protocol/languages-response.ts";
import { createCommand } from "./create-command.ts";
import { addSettings, readSettings } from "./setting-flags.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const EXAMPLES = `
Examples:
  $ millrace languages
  $ millrace languages --url http://localhost:8080 --json
`;

/** `millrace languages` */
export function languagesCommand(terminal: Terminal): Command {
  const command = createCommand("languages")
    .summary("list the languages, their versions, and how to get a missing one")
    .description("Lists the languages of the server of --url, or without one those that this host has.")
    .option("--json", "as the API's JSON")
    .addHelpText("after", EXAMPLES);
  return addSettings(command, ["url", "key", "languages"]).action(async () => {
    const languages = await listLanguages(readSettings(command).config);
    const isJson = command.opts<{ json?: true }>().json;
    terminal.print(isJson ? `${JSON.stringify({ languages }, null, 2)}\n` : toText(languages));
  });
}

async function listLanguages({ url, key, languages }: Config): Promise<readonly LanguageEntry[]> {
  if (url !== null) {
    const { createClient } = await import("../client/client.ts");
    return createClient({ url, key }).languages();
  }
  const { listLocalLanguages } = await import("../main/run-locally.ts");
  return (await listLocalLanguages({ languages, isDetected: true })).languages;
}

/** Those that are there; then those that are not, whose way to get them may be long. */
function toText(languages: readonly LanguageEntry[]): string {
  const here = languages
    .filter(({ available }) => available)
    .map(({ id, name, versions, extensions, aliases }) => [
      id,
      name,
      versions.join(", "),
      extensions.join(" "),
      aliases.join(" "),
    ]);
  const missing = languages
    .filter(({ available }) => !available)
    .map(({ id, name, install }) => [id, name, install ?? ""]);
  const table = formatTable(["language", "name", "versions", "files", "also called"], here);
  return missing.length === 0 ? table : `${table}\n${formatTable(["missing", "name", "what brings it"], missing)}`;
}
