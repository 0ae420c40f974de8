import { afterAll, beforeAll, expect, test } from "vitest";
import { createKeysFile } from "../support/keys.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { fuzzHttp } from "./fuzz-http.ts";

const FUZZ_MS = 15_000;

/** Frequent answers, which show that the fuzzer reaches every part of the way: one that is not seen says that it has lost it. */
const SEEN = [
  "right 200",
  "right 422",
  "nearly right 200",
  "nearly right 422",
  "garbled 400",
  "any JSON 422",
  "any bytes 400",
  "text 200",
  "text 400",
  "text 422",
  "strange 404",
  "strange 405",
  "raw 200",
  "raw 400",
];

const keys = createKeysFile();
let key: string;
let server: RunningServer;

beforeAll(async () => {
  key = await keys.add("fuzz");
  server = await startServer({ env: { ...keys.env, MILLRACE_LOG: "error" } });
});

afterAll(async () => {
  await server?.stop();
  keys.close();
});

test("whatever is sent, the answer is as the API's document says, and the server goes on", {
  timeout: 90_000,
}, async () => {
  const seed = Date.now() % 1_000_000;
  const { counts, findings } = await fuzzHttp(server, { key, ms: FUZZ_MS, seed });
  expect(findings).toEqual([]);
  expect(SEEN.filter((answer) => !counts.has(answer))).toEqual([]);
});
