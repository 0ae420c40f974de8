import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { accept, hasWorkers, look, startCluster, type TestCluster, whenDone } from "../support/cluster.ts";
import type { RunningNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

let directory: string;
let cluster: TestCluster;
let gateway: RunningNode;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-languages-"));
  cluster = await startCluster();
  gateway = await cluster.start("gateway");
});
afterEach(async () => {
  await cluster?.close();
  await rm(directory, { recursive: true });
});

/** A worker of a host where there is everything but this. */
async function startWorkerWithout(language: string): Promise<RunningNode> {
  const folder = join(directory, language);
  await mkdir(folder, { recursive: true });
  const manifest = await readFile(new URL(`../../languages/${language}.yaml`, import.meta.url), "utf8");
  const elsewhere = manifest.replaceAll(/^( {4}- )\/.*$/gm, "$1/nowhere/at-all");
  expect(elsewhere).not.toBe(manifest);
  await writeFile(join(folder, `${language}.yaml`), elsewhere);
  return cluster.start("worker", { flags: ["--languages", folder, "--slots", "1"] });
}

/** Waits until the gateway knows of no worker that runs it, or of one. */
const isOffered = (language: string, wanted: boolean) =>
  eventually(`${language} is ${wanted ? "" : "not "}there`, async () => {
    const { languages } = (await (await fetch(`${gateway.url}/v1/languages`)).json()) as {
      languages: { readonly id: string; readonly available: boolean }[];
    };
    return languages.find(({ id }) => id === language)?.available === wanted;
  });

test("workers of different languages: each job goes to one that has what it requires, and waits for one without delaying others", async () => {
  const withoutPerl = await startWorkerWithout("perl");
  await hasWorkers(gateway, 1);
  await isOffered("perl", false);
  const withoutBash = await startWorkerWithout("bash");
  await hasWorkers(gateway, 2);
  await isOffered("perl", true);

  const perl = await Promise.all([1, 2, 3].map((number) => accept(gateway, "perl", `print ${number}`)));
  const bash = await Promise.all([1, 2, 3].map((number) => accept(gateway, "bash", `printf ${number}`)));
  const ends = await Promise.all([...perl, ...bash].map((id) => whenDone(gateway, id)));
  expect(ends.map(({ run }) => run?.stdout)).toEqual(["1", "2", "3", "1", "2", "3"]);
  const nodesOf = (some: readonly { readonly node: string | null }[]) => new Set(some.map(({ node }) => node));
  expect(nodesOf(ends.slice(0, 3)).size).toBe(1);
  expect(nodesOf(ends.slice(3)).size).toBe(1);
  expect(nodesOf(ends).size).toBe(2);

  // One that has just gone is expected back: what needs it is accepted, and waits.
  await cluster.kill(withoutBash);
  const waiting = await accept(gateway, "perl", "print 'it came'");
  expect(await whenDone(gateway, await accept(gateway, "bash", "echo meanwhile"))).toMatchObject({ status: "ok" });
  expect(await look(gateway, waiting)).toMatchObject({ state: "queued" });
  await startWorkerWithout("bash");
  expect(await whenDone(gateway, waiting)).toMatchObject({ status: "ok", run: { stdout: "it came" } });
  await cluster.kill(withoutPerl);
});
