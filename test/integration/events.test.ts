import { afterAll, beforeAll, expect, test } from "vitest";
import { executionStateSchema } from "../../src/protocol/execution-response.ts";
import { post } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";

const MIB = 1024 * 1024;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

async function submit(request: object): Promise<string> {
  const answer = await post(server, { ...request, wait: false });
  expect(answer.status).toBe(202);
  return `${server.url}${answer.headers.get("location")}`;
}

/** Everything from here to the end: kinds, and the output put together. */
async function readAll(answer: Response): Promise<{ kinds: string[]; stdout: string; done: Record<string, unknown> }> {
  const messages = (await answer.text()).split("\n\n").filter((text) => text.startsWith("id: "));
  const events = messages.map((text) => {
    const [, kind = "", data = ""] = /^id: .*\nevent: (.*)\ndata: (.*)$/.exec(text) ?? [];
    return { kind, data: JSON.parse(data) };
  });
  const kinds = events.map(({ kind }) => kind).filter((kind, index, all) => kind !== all[index - 1]);
  const printed = events.filter(({ kind }) => kind === "stdout").map(({ data }) => data.content);
  return { kinds, stdout: printed.join(""), done: events.at(-1)?.data };
}

test("output comes while the program runs, and the end when it is cancelled", async () => {
  const code = "import time; print('before', flush=True); time.sleep(100)";
  const address = await submit({ language: "python", code, limits: { wallMs: 110_000 } });
  let text = "";
  for await (const part of (await fetch(`${address}/events`)).body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const had = text;
    text += part;
    if (had.includes("before") || !text.includes("before")) continue;
    expect(text).toMatch(/event: queued\n.*event: started\n.*event: stdout\ndata: \{"content":"before\\n"/s);
    expect(await (await fetch(address)).json()).toMatchObject({ state: "running" });
    await fetch(address, { method: "DELETE" });
  }
  expect(text).toMatch(/event: done\ndata: .*"status":"cancelled"/);
});

test("a client that does not read loses nothing, and the program does not wait for it", async () => {
  const code = "import sys\nfor i in range(300_000): print(i)\nprint('é', file=sys.stderr)";
  const address = await submit({
    language: "python",
    code,
    limits: { outputBytes: 3 * MIB, cpuMs: 60_000, wallMs: 110_000 },
  });
  const unread = await fetch(`${address}/events`);
  const result = await eventually("the program's end", async () => {
    const state = executionStateSchema.parse(await (await fetch(`${address}?wait=60s`)).json());
    return state.state === "done" ? state : null;
  });
  expect(result).toMatchObject({ state: "done", status: "ok" });
  const { kinds, stdout, done } = await readAll(unread);
  // Which of two pipes is read first is nobody's to say.
  expect([...new Set(kinds)].toSorted()).toEqual(["done", "queued", "started", "stderr", "stdout"]);
  expect([kinds.slice(0, 2), kinds.at(-1)]).toEqual([["queued", "started"], "done"]);
  expect(stdout).toBe(result.run?.stdout);
  expect(done).toEqual(result);
});

test("the compiler's end is told before the program's output", async () => {
  const address = await submit({ language: "c", code: '#include <stdio.h>\nint main(void) { puts("hello"); }' });
  const { kinds, stdout } = await readAll(await fetch(`${address}/events`));
  expect(kinds).toEqual(["queued", "started", "compile", "stdout", "done"]);
  expect(stdout).toBe("hello\n");
});
