/**
 * Proves that the security tests would notice: leaves out one defence at a time, and demands that the tests that are
 * there for it fail. Prints a table; exits with 1 when a mutation went unnoticed.
 *
 * Usage: npm run test:mutation [-- NAME...]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { isUnified } from "../support/control-groups.ts";
import { startServer } from "../support/server.ts";
import { buildWithout } from "./build-without.ts";
import { describeMutation, MUTATIONS, type Mutation, NO_BOX, type Suite, suiteOf } from "./mutations.ts";

const VITEST = "node_modules/.bin/vitest";

const resultSchema = z.object({
  title: z.string(),
  status: z.string(),
  failureMessages: z.array(z.string()),
});

const reportSchema = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(resultSchema) })),
});

type Outcome = z.infer<typeof resultSchema>;

/** Runs the tests of a suite whose names begin so, against a server with the mutation. @returns how each ended. */
async function runTests({ files }: Suite, names: readonly string[], mutation: Mutation | null): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-mutation-"));
  const report = join(folder, "report.json");
  try {
    // A full name begins with the suite's.
    const pattern = names.map((name) => `(^| )${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`).join("|");
    const args = [VITEST, "run", "--reporter=json", `--outputFile=${report}`, "-t", pattern, ...files];
    const env = { ...process.env, ...(mutation && { MILLRACE_TEST_MUTATION: mutation.name }) };
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env });
    const said = await Promise.all([text(child.stdout), text(child.stderr)]);
    const read = await readFile(report, "utf8").catch(() => {
      throw new Error(`Vitest made no report:\n${said.join("\n")}`);
    });
    const outcomes = reportSchema
      .parse(JSON.parse(read))
      .testResults.flatMap(({ assertionResults }) => assertionResults);
    return outcomes.filter(({ status }) => status === "passed" || status === "failed");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @returns what is wrong with a list of outcomes; empty when all are as wanted. */
function findOthers(outcomes: readonly Outcome[], names: readonly string[], wanted: "passed" | "failed"): string[] {
  return names.flatMap((name) => {
    const found = outcomes.filter(({ title }) => title.startsWith(name));
    if (found.length === 0) return [`${name} did not run`];
    const others = found.filter(({ status }) => status !== wanted);
    return others.map(({ title, status, failureMessages }) => `${title} ${status} ${failureMessages.join()}`);
  });
}

/** @returns why the mutation counts as unnoticed; empty when it was noticed. */
async function tryMutation(mutation: Mutation): Promise<string[]> {
  if (mutation.without !== undefined) await buildWithout(mutation.without);
  const { noticedBy } = mutation;
  if (noticedBy !== NO_BOX) {
    const suite = suiteOf(mutation);
    const outcomes = await runTests(suite, [...noticedBy, suite.unmoved], mutation);
    return [...findOthers(outcomes, noticedBy, "failed"), ...findOthers(outcomes, [suite.unmoved], "passed")];
  }
  return findNoBoxFault(mutation.name);
}

/** A server that can make no box does not start, and names the stage at which a box could not be made. */
async function findNoBoxFault(name: string): Promise<string[]> {
  const server = await startServer({ command: ["test/mutation/serve-mutated.ts", name] }).catch(
    (error: Error) => error,
  );
  if (server instanceof Error)
    return /Boxes cannot be made: \w+\(\d+\): [A-Z]+/.test(server.message) ? [] : [`no start: ${server.message}`];
  await server.stop();
  return ["boxes can be made"];
}

function printRow(...cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

/** What is for control groups of version 2 alone is tried where they are: here, or in a virtual machine. @returns how many went unnoticed. */
async function tryElsewhere(elsewhere: readonly Mutation[]): Promise<number> {
  if (elsewhere.length === 0) return 0;
  // The launchers are compiled here: there it would take minutes.
  for (const { without } of elsewhere) if (without !== undefined) await buildWithout(without);
  const itself = [process.execPath, "test/mutation/run.ts", ...elsewhere.map(({ name }) => name)];
  const machine = ["--mem", "3072", "--swap", "512", "--timeout", "1500", "--share", process.cwd()];
  const command = ["test/vm/run-in-vm", ...machine, "--", ...itself];
  const child = spawn("bash", command, { stdio: ["ignore", "inherit", "inherit"] });
  const [status] = await once(child, "close");
  return status === 0 ? 0 : elsewhere.length;
}

const wanted = process.argv.slice(2);
const mutations = MUTATIONS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const isHere = (mutation: Mutation) => suiteOf(mutation).version === undefined || isUnified;
const here = mutations.filter(isHere);

printRow("left out", "noticed by", "result");
printRow("---", "---", "---");
/** Without any mutation all of them pass: otherwise their failing would prove nothing. */
const control: string[] = [];
for (const suite of new Set(here.map(suiteOf))) {
  const ofSuite = here.filter((mutation) => suiteOf(mutation) === suite);
  const names = ofSuite.flatMap(({ noticedBy }) => (typeof noticedBy === "string" ? [] : noticedBy));
  const all = [...new Set([...names, suite.unmoved])];
  control.push(...findOthers(await runTests(suite, all, null), all, "passed"));
}
printRow("nothing", "all of these tests pass", control.length === 0 ? "green" : `RED: ${control.join("; ")}`);
let unnoticed = control.length;
for (const mutation of here) {
  const wrong = await tryMutation(mutation);
  printRow(...describeMutation(mutation), wrong.length === 0 ? "red" : `UNNOTICED: ${wrong.join("; ")}`);
  unnoticed += wrong.length === 0 ? 0 : 1;
}
unnoticed += await tryElsewhere(mutations.filter((mutation) => !isHere(mutation)));
console.log(unnoticed === 0 ? "every mutation was noticed" : `${unnoticed} unnoticed`);
process.exitCode = unnoticed === 0 ? 0 : 1;
