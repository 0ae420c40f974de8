import { afterAll, beforeAll, expect, test } from "vitest";
import { post, postText } from "../support/client.ts";
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

/** @param series name and labels, as they stand in the text; 0 when it is not there. */
async function read(series: string): Promise<number> {
  const line = (await scrape()).split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

/** Waits for what a request reports after its answer. */
function becomes(series: string, value: number): Promise<true> {
  return eventually(`${series} is ${value}`, async () => (await read(series)) === value);
}

test("every line is in Prometheus' text format, every metric has a type and a help", async () => {
  await postText(server, "python", "print(1)");
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
  const before = await read('millrace_executions_total{language="python",status="ok"}');
  const program = "sum(range(3_000_000))";
  await postText(server, "python", program);
  await postText(server, "python", "1/0");
  await postText(server, "c", `/* compiled for the first time: ${crypto.randomUUID()} */ int main(void) { return 0; }`);
  await becomes('millrace_executions_total{language="python",status="ok"}', before + 1);
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
  const sleeper = "import time; time.sleep(1)";
  const answers = [postText(server, "python", sleeper)];
  await becomes("millrace_slots_used", 1);
  expect(await read('millrace_boxes{state="used"}')).toBe(1);
  answers.push(postText(server, "python", "print(2)"));
  await becomes("millrace_queue_jobs", 1);
  const refused = await postText(server, "python", "print(3)");
  expect(refused.status).toBe(429);
  expect(await read("millrace_queue_oldest_job_seconds")).toBeGreaterThan(0);
  await Promise.all(answers);
  await becomes("millrace_slots_used", 0);
  await becomes("millrace_queue_jobs", 0);
  expect(await read("millrace_queue_oldest_job_seconds")).toBe(0);
  await eventually("a box stands ready", async () => (await read('millrace_boxes{state="prepared"}')) > 0);
  expect(await read('millrace_http_errors_total{code="queue_full"}')).toBe(1);
  expect(await read('millrace_http_requests_total{method="POST",route="/lang/:language",code="429"}')).toBe(1);
});

test("a launcher that died is counted, and the run that lost its box", async () => {
  const running = postText(server, "python", "import time; time.sleep(0.5); print(1)");
  await becomes('millrace_boxes{state="used"}', 1);
  process.kill(server.instance.launcherPid(), "SIGKILL");
  expect(await (await running).text()).toBe("1\n");
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
