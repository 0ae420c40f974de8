import type { Command } from "commander";
import { type Diagnosis, type Finding, verdictOf } from "../main/doctor/finding.ts";
import { createCommand } from "./create-command.ts";
import { addSettings, readSettings } from "./setting-flags.ts";
import type { Terminal } from "./terminal.ts";

/** What the command ends with. 2 is for a wrong command line. */
const EXIT = { pass: 0, fail: 1, degraded: 3 } as const satisfies Record<Diagnosis, number>;

const SENTENCE = {
  pass: "millrace serve can run programs here.",
  degraded: "millrace serve can run programs here, with less than it should have.",
  fail: "millrace serve cannot run programs here.",
} as const;

const MORE = `
It ends with ${EXIT.pass} for PASS, ${EXIT.degraded} for DEGRADED and ${EXIT.fail} for FAIL. What is WARN, a fact of this
host that makes boxes weaker than they could be, and a language that is ABSENT count for nothing.

Examples:
  $ sudo millrace doctor
  $ sudo millrace doctor --slots 8 --json
`;

/** `millrace doctor` */
export function doctorCommand(terminal: Terminal): Command {
  const command = createCommand("doctor")
    .summary("try whether this host can run programs, and say what is missing")
    .description(
      "Tries whether this host can run programs, as root or as whoever is to start the server: by doing all that a server does. Says how to mend what it cannot.",
    )
    .option("--json", "as JSON, at the end")
    .addHelpText("after", MORE);
  return addSettings(command, ["slots", "languages", "isolation"]).action(async () => {
    const { config } = readSettings(command);
    const isJson = command.opts<{ json?: true }>().json === true;
    const { examine } = await import("../main/doctor/doctor.ts");
    const announce = (text: string) => terminal.complain(`millrace: ${text}\n`);
    const findings: Finding[] = [];
    const { slots, languages: folder, isolation } = config;
    for await (const finding of examine({ slots, folder, isolation, announce })) {
      findings.push(finding);
      if (!isJson) terminal.print(toText(finding));
    }
    const verdict = verdictOf(findings);
    terminal.print(
      isJson
        ? `${JSON.stringify({ verdict, findings }, null, 2)}\n`
        : `\n${verdict.toUpperCase()}: ${SENTENCE[verdict]}\n`,
    );
    terminal.exitWith(EXIT[verdict]);
  });
}

const VERDICT_WIDTH = "DEGRADED".length;
const CHECK_WIDTH = "32-bit programs".length;

function toText({ check, verdict, reason, remedy }: Finding): string {
  const line = `${verdict.toUpperCase().padEnd(VERDICT_WIDTH)}  ${check.padEnd(CHECK_WIDTH)}  ${reason}\n`;
  return remedy === null ? line : `${line}${" ".repeat(VERDICT_WIDTH + CHECK_WIDTH + 4)}$ ${remedy}\n`;
}
