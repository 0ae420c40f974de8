import { afterAll, beforeAll, expect, test } from "vitest";
import type { LanguagesResponse } from "../../src/protocol/languages-response.ts";
import { post, postText, run } from "../support/client.ts";
import { becomesMetric, readMetric } from "../support/metrics.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ slots: 1, queue: 1 });
});

afterAll(() => server.stop());

async function scrape(): Promise<string> {
  const answer = await fetch(`${server.url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return answer.text();
}

const read = (series: string) => readMetric(server, series);
/** Waits for what a request reports after its answer. */
const becomes = (series: string, value: number) => becomesMetric(server, series, value);

/** A program that runs until it is hung up, or so long. */
async function startSleeper(mark: string, seconds = 60) {
  const client = new AbortController();
  const code = `import time; time.sleep(${seconds}); print("slept")`;
  const request = { language: "python", code, args: [mark], limits: { wallMs: 60_000 } };
  const result = run(server, request, client.signal);
  result.catch(() => undefined); // hung up, perhaps
  await eventually("it runs", () => server.instance.findProgram(mark));
  return { result, hangUp: () => client.abort() };
}

test("every line is in Prometheus' text format, every metric has a type and a help", async () => {
  await postText(server, "python", "print(1)");
  await becomes('millrace_executions_total{language="python",status="ok"}', 1);
  const text = await scrape();
  expect(text.endsWith("\n")).toBe(true);
  const described = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    if (line === "") continue;
    const comment = /^# (HELP|TYPE) (\S+) \S/.exec(line);
    if (comment?.[1] === "TYPE") described.add(comment[2] ?? "");
    if (comment !== null) continue;
    const name = /^([a-z_]+)(\{([a-z_]+="[^"]*",?)+\})? -?[\d.e+-]+$/.exec(line)?.[1];
    expect(name, line).toBeDefined();
    expect(described.has(name ?? "") || described.has((name ?? "").replace(/_(bucket|sum|count)$/, "")), line).toBe(
      true,
    );
  }
});

test("runs are counted by language and status, with what they used", async () => {
  await postText(server, "python", "sum(range(3_000_000))");
  await postText(server, "python", "1/0");
  await postText(server, "c", `/* compiled for the first time: ${crypto.randomUUID()} */ int main(void) { return 0; }`);
  await becomes('millrace_executions_total{language="python",status="ok"}', 2);
  await becomes('millrace_executions_total{language="python",status="runtime_error"}', 1);
  await becomes('millrace_executions_total{language="c",status="ok"}', 1);
  const runs = await read('millrace_run_cpu_seconds_count{language="c",kind="compile"}');
  expect(runs).toBe(1);
  expect(await read('millrace_run_cpu_seconds_sum{language="python",kind="program"}')).toBeGreaterThan(0.02);
  expect(await read('millrace_run_memory_bytes_sum{language="c",kind="program"}')).toBeGreaterThan(0);
});

test("slots, boxes and the queue are told as they are", async () => {
  expect(await read("millrace_ready")).toBe(1);
  expect(await read("millrace_slots")).toBe(1);
  const { hangUp } = await startSleeper("takes the slot");
  expect(await read("millrace_slots_used")).toBe(1);
  expect(await read('millrace_boxes{state="used"}')).toBe(1);
  const waiting = postText(server, "python", "print(2)");
  await becomes("millrace_queue_jobs", 1);
  const refused = await postText(server, "python", "print(3)");
  expect(refused.status).toBe(429);
  expect(await read("millrace_queue_oldest_job_seconds")).toBeGreaterThan(0);
  hangUp();
  await waiting;
  await becomes("millrace_slots_used", 0);
  await becomes("millrace_queue_jobs", 0);
  expect(await read("millrace_queue_oldest_job_seconds")).toBe(0);
  await eventually("a box stands ready", async () => (await read('millrace_boxes{state="prepared"}')) > 0);
  expect(await read('millrace_http_errors_total{code="queue_full"}')).toBe(1);
  expect(await read('millrace_http_requests_total{method="POST",route="/lang/:language",code="429"}')).toBe(1);
});

test("a process stands ready for a language whose programs have run, and for no other", async () => {
  const ready = (language: string) => read(`millrace_warm_processes{language="${language}"}`);
  await postText(server, "python", "print(1)");
  await eventually("one is ready", async () => (await ready("python")) > 0);
  expect(await ready("php")).toBe(0);
  const languages = (await (await fetch(`${server.url}/v1/languages`)).json()) as LanguagesResponse;
  const entry = (id: string) => languages.languages.find((language) => language.id === id);
  expect(entry("python")).toMatchObject({ warm: true });
  expect(entry("python")?.warmProcesses).toBeGreaterThan(0);
  expect(entry("php")).toMatchObject({ warm: true, warmProcesses: 0 });
  expect(entry("c")).toMatchObject({ warm: false, warmProcesses: 0 });
});

test("a launcher that died is counted, and the run that lost its box", async () => {
  const { result } = await startSleeper("loses its box", 1);
  process.kill(server.instance.launcherPid(), "SIGKILL");
  expect(await result).toMatchObject({ status: "ok", stdout: "slept\n" });
  expect(await read("millrace_launchers_lost_total")).toBe(1);
  expect(await read("millrace_run_retries_total")).toBe(1);
});

test("whatever clients send, there are not more series", async () => {
  const junk = async (round: string) => {
    await Promise.all([
      fetch(`${server.url}/${round}`),
      fetch(`${server.url}/lang/${round}`, { method: "POST", body: "x" }),
      fetch(`${server.url}/healthz`, { method: "DELETE" }),
      post(server, { language: round, code: round }),
      post(server, { [round]: round }),
      post(server, round),
    ]);
  };
  const notFound = 'millrace_http_requests_total{method="GET",route="none",code="404"}';
  const count = async () => (await scrape()).split("\n").filter((line) => /^millrace_http/.test(line)).length;
  await junk("first");
  await becomes(notFound, 1);
  await junk("second");
  await becomes(notFound, 2);
  const before = await count();
  for (const round of ["third", "fourth", "fifth", "sixth"]) await junk(round);
  await becomes(notFound, 6);
  expect(await count()).toBe(before);
  expect(await scrape()).not.toContain("first");
});

test("the event loop is watched while there are requests", async () => {
  const series = "millrace_event_loop_delay_seconds_count";
  const before = await read(series);
  await eventually("ticks are counted", async () => (await read(series)) > before);
});
