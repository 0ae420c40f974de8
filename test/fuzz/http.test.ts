import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, startServer } from "../support/server.ts";
import { fuzzHttp } from "./fuzz-http.ts";

const FUZZ_MS = 30_000;

/** Answers that show that the fuzzer reaches every part of the way: each was seen, or it tests less than it says. */
const SEEN = [
  "right 200",
  "right 404",
  "right 422",
  "nearly right 200",
  "nearly right 413",
  "nearly right 422",
  "garbled 400",
  "any JSON 422",
  "any bytes 400",
  "text 200",
  "text 400",
  "text 403",
  "text 404",
  "text 415",
  "text 422",
  "strange 404",
  "strange 405",
  "raw 200",
  "raw 400",
];

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ env: { MILLRACE_LOG: "warn" } });
});

afterAll(() => server.stop());

test("whatever is sent, the answer is as the API's document says, and the server goes on", {
  timeout: 90_000,
}, async () => {
  const seed = Date.now() % 1_000_000;
  const { counts, findings } = await fuzzHttp(server, { ms: FUZZ_MS, seed });
  expect(findings).toEqual([]);
  expect(SEEN.filter((answer) => !counts.has(answer))).toEqual([]);
});
