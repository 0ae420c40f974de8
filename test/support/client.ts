import { readFileSync } from "node:fs";
import type { Limits } from "../../src/domain/limits.ts";
import type { ExecutionRequest } from "../../src/protocol/execution-request.ts";
import {
  type ExecutionResponse,
  executionResponseSchema,
  type RunResponse,
} from "../../src/protocol/execution-response.ts";
import type { RunningServer } from "./server.ts";

/** On an emulated processor programs get more time, where the test says nothing of it. */
function inTime(request: unknown): unknown {
  if (process.env["MILLRACE_TEST_VM"] === undefined || typeof request !== "object" || request === null) return request;
  const { limits, compileLimits } = request as Partial<ExecutionRequest>;
  const time = { cpuMs: 30_000, wallMs: 60_000 };
  return { ...request, limits: { ...time, ...limits }, compileLimits: { ...time, ...compileLimits } };
}

/** Sends JSON to `POST /v1/executions` and returns the answer, whatever it is. */
export function post(server: RunningServer, request: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/v1/executions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof request === "string" ? request : JSON.stringify(inTime(request)),
    ...(signal && { signal }),
  });
}

/** Executes and waits. @throws {Error} when the answer is not 200 or does not have the API's shape. */
export async function execute(
  server: RunningServer,
  request: ExecutionRequest,
  signal?: AbortSignal,
): Promise<ExecutionResponse> {
  const answer = await post(server, request, signal);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
  return executionResponseSchema.parse(JSON.parse(text));
}

/** Executes and returns the program's run. @throws {Error} when the program was never started. */
export async function run(
  server: RunningServer,
  request: ExecutionRequest,
  signal?: AbortSignal,
): Promise<RunResponse> {
  const result = await execute(server, request, signal);
  if (result.run === null) throw new Error(`The program was not started: ${JSON.stringify(result.compile)}`);
  return result.run;
}

/** One file of Python, and its limits. */
export function runPython(server: RunningServer, code: string, limits: Partial<Limits> = {}): Promise<RunResponse> {
  return run(server, { language: "python", code, limits });
}

/** One file of C, and its limits. */
export function runC(server: RunningServer, code: string, limits: Partial<Limits> = {}): Promise<RunResponse> {
  return run(server, { language: "c", code, limits });
}

/** A program of `test/fixtures`, like `c/burns-cpu.c`. */
export function fixture(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8");
}

/** Sends a program to `POST /lang/{language}`. @param query like `stdin=5&arg=-v`. */
export function postText(
  server: RunningServer,
  language: string,
  code: string | Uint8Array,
  query = "",
): Promise<Response> {
  return fetch(`${server.url}/lang/${language}${query && `?${query}`}`, { method: "POST", body: code });
}
