import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const run = promisify(execFile);
const REPOSITORY = resolve(".");
/** For what is compiled anew, TypeScript and the launcher, on a host that does other things too. */
const TIMEOUT_MS = 300_000;

let folder: string;
const servers: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-first-run-"));
});

afterEach(async () => {
  for (const server of servers.splice(0)) killGroup(server);
  await rm(folder, { recursive: true });
});

/** Starts a command that becomes the server, and resolves with its address once it listens. */
async function serve(command: string, args: readonly string[], cwd: string) {
  const server = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], detached: true });
  servers.push(server);
  const exited = once(server, "exit");
  const said: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    said.push(line);
    const url = /http:\/\/127\.0\.0\.1:\d+$/.exec(line)?.[0];
    if (url !== undefined) return { server, url, exited };
  }
  throw new Error(`It ended without listening, after saying:\n${said.join("\n")}`);
}

/** Whatever of it is left, were it only a child of npm's. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function runPython(url: string): Promise<string> {
  const answer = await fetch(`${url}/lang/python`, { method: "POST", body: "print(6*7)" });
  return answer.text();
}

test("npm start serves, and a signal ends it well", { timeout: TIMEOUT_MS }, async () => {
  const { server, url, exited } = await serve("npm", ["start", "--", "--no-install", "--port", "0"], REPOSITORY);

  expect(await runPython(url)).toBe("42\n");
  server.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

test("the package serves from an empty folder, with nothing but its declared dependencies", {
  timeout: TIMEOUT_MS,
}, async () => {
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: REPOSITORY });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const installed = join(folder, "node_modules/millrace");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", join(folder, String(tarball)), "--strip-components=1", "-C", installed]);
  await linkDependencies(installed);

  const { server, url, exited } = await serve(
    process.execPath,
    [join(installed, "dist/cli/millrace.js"), "serve", "--port", "0"],
    folder,
  );

  expect(await runPython(url)).toBe("42\n");
  expect(await runByClient(url)).toBe("42\n");
  server.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

/** A program of somebody who has the package, and asks a server by its client. */
async function runByClient(url: string): Promise<string> {
  const program = `
    import { createClient } from "millrace/client";
    import { EngineError } from "millrace/errors";
    const client = createClient({ url: ${JSON.stringify(url)} });
    const refusal = await client.execute({ language: "pyton", code: "x" }).catch((error) => error);
    if (!(refusal instanceof EngineError) || refusal.code !== "unknown_language") throw refusal;
    const { run } = await client.execute({ language: "python", code: "print(6*7)" });
    process.stdout.write(run.stdout);
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { cwd: folder });
  return stdout;
}

/** What `npm install` would put beside the package, taken from the repository. */
async function linkDependencies(installed: string): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    const place = join(installed, "..", name);
    // A name may have a scope, like `@nats-io/kv`.
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(REPOSITORY, "node_modules", name), place);
  }
}
