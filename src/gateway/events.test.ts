import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../domain/clock.ts";
import type { Progress } from "../domain/progress.ts";
import { SAMPLE_RUN } from "../domain/sample-execution.test-support.ts";
import { executionResponseSchema } from "../protocol/execution-response.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import { type ScriptedServer, startScriptedServer } from "./scripted-server.test-support.ts";

let server: ScriptedServer;
let url: string;
let progress: Progress;
let begun: PromiseWithResolvers<void>;
/** Ends the program. */
let finish: () => void;

beforeEach(async () => {
  begun = Promise.withResolvers();
  const finished = Promise.withResolvers<void>();
  finish = finished.resolve;
  server = startScriptedServer({
    queue: createEmbeddedQueue({ capacity: 10, clock: systemClock }),
    script: async (_execution, cancelled, told) => {
      progress = told as Progress;
      cancelled.addEventListener("abort", finish);
      begun.resolve();
      await finished.promise;
      progress?.ended(SAMPLE_RUN);
      return cancelled.aborted ? { status: "cancelled", run: null } : {};
    },
  });
  url = await server.app.listen({ port: 0 });
});

afterEach(async () => {
  finish();
  await server.close();
});

async function submit(): Promise<string> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ language: "python", code: "x", wait: false });
  const answer = await fetch(`${url}/v1/executions`, { method: "POST", headers, body });
  expect(answer.status).toBe(202);
  return `${url}${answer.headers.get("location")}`;
}

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads events, one after another. */
async function* follow(address: string, lastEventId?: string, signal?: AbortSignal): AsyncGenerator<Told> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const answer = await fetch(`${address}/events`, { headers, signal: signal ?? null });
  expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  let text = "";
  for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const messages = (text + part).split("\n\n");
    text = messages.pop() ?? "";
    for (const message of messages) {
      if (message.startsWith(":")) continue;
      const [, id = "", event = "", data = ""] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(message) ?? [];
      yield { id, event, data: JSON.parse(data) };
    }
  }
}

async function next(events: AsyncGenerator<Told>): Promise<Told> {
  const { value } = await events.next();
  return value;
}

const kinds = async (events: AsyncGenerator<Told>) => (await Array.fromAsync(events)).map(({ event }) => event);

describe("GET /v1/executions/{id}/events", () => {
  it("tells each thing when it happens, and last of all the result", async () => {
    const address = await submit();
    const events = follow(address);
    await begun.promise;
    expect(await next(events)).toMatchObject({ event: "queued", data: {} });
    progress.started();
    expect(await next(events)).toMatchObject({ event: "started", data: { node: "node_1" } });
    progress.compiled(SAMPLE_RUN);
    expect(await next(events)).toMatchObject({
      event: "compile",
      data: { status: "ok", stdout: "42\n", cpuMs: 1.235 },
    });
    progress.printed("stdout", Buffer.from("line\nline"));
    expect(await next(events)).toMatchObject({ event: "stdout", data: { content: "line\nline", encoding: "utf8" } });
    progress.printed("stderr", Buffer.from([0xff]));
    expect(await next(events)).toMatchObject({ event: "stderr", data: { content: "/w==", encoding: "base64" } });
    finish();
    const done = await next(events);
    expect(done).toMatchObject({ id: "done", event: "done" });
    expect(done.data).toEqual(await (await fetch(address)).json());
    expect(executionResponseSchema.safeParse(done.data).success).toBe(true);
    expect((await events.next()).done).toBe(true);
  });

  it("tells whoever comes late everything, and goes on after what a client has had", async () => {
    const address = await submit();
    await begun.promise;
    progress.started();
    progress.printed("stdout", Buffer.from("abc"));
    const events = follow(address);
    const had = [await next(events), await next(events), await next(events)];
    await events.return(undefined);
    progress.printed("stdout", Buffer.from("def"));
    finish();

    expect(await kinds(follow(address))).toEqual(["queued", "started", "stdout", "done"]);
    const [rest, done] = await Array.fromAsync(follow(address, had.at(-1)?.id));
    expect([rest?.data["content"], done?.event]).toEqual(["def", "done"]);
  });

  it("has nothing for a client that has had the end", async () => {
    const address = await submit();
    finish();
    expect(await kinds(follow(address))).toContain("done");
    const answer = await fetch(`${address}/events`, { headers: { "last-event-id": "done" } });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  it("begins anew for the id of another log, and refuses what is none", async () => {
    const address = await submit();
    finish();
    expect(await kinds(follow(address, "0123abcd.1.0"))).toEqual(["queued", "done"]);
    const answer = await fetch(`${address}/events`, { headers: { "last-event-id": "seven" } });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: "invalid_field",
      detail: expect.stringMatching(/Last-Event-ID/),
    });
  });

  it("leaves the execution as it is when its reader goes, and ends when that is cancelled", async () => {
    const address = await submit();
    const hangUp = new AbortController();
    const events = follow(address, undefined, hangUp.signal);
    await begun.promise;
    expect((await next(events)).event).toBe("queued");
    hangUp.abort();
    await expect(events.next()).rejects.toThrow();
    expect(await (await fetch(address)).json()).toMatchObject({ state: "running" });

    const other = follow(address);
    expect((await next(other)).event).toBe("queued");
    await fetch(address, { method: "DELETE" });
    expect(await next(other)).toMatchObject({ event: "done", data: { status: "cancelled" } });
  });

  it("lets the gateway close", async () => {
    const events = follow(await submit());
    await begun.promise;
    expect((await next(events)).event).toBe("queued");
    await server.app.close();
    expect((await events.next()).done).toBe(true);
  });

  it("has headers alone for HEAD, and is for executions that there are", async () => {
    const address = await submit();
    const head = await fetch(`${address}/events`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect((await fetch(`${url}/v1/executions/exe_${"0".repeat(32)}/events`)).status).toBe(404);
    expect((await fetch(`${address}/events`, { method: "POST" })).status).toBe(405);
  });
});
