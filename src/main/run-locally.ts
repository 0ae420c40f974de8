import { randomUUID } from "node:crypto";
import { systemClock } from "../domain/clock.ts";
import { nodeId } from "../domain/ids.ts";
import type { Isolation } from "../domain/node.ts";
import { fromRequest, toExecution } from "../gateway/to-execution.ts";
import type { ExecutionRequest } from "../protocol/execution-request.ts";
import type { ExecutionResponse } from "../protocol/execution-response.ts";
import { type LanguagesResponse, toLanguagesResponse } from "../protocol/languages-response.ts";
import { parseExecutionRequest } from "../protocol/parse-execution-request.ts";
import { toResponse } from "../protocol/to-response.ts";
import { createLog, type LogLevel } from "../telemetry/log.ts";
import { loadLanguages } from "./load-languages.ts";
import { startLocalEngine } from "./local-engine.ts";

/**
 * Runs one program in a box of this process, without server and HTTP, and with the same answer. The process is nobody in
 * particular after it.
 * @param options.languages the folder of further languages, as the setting says it.
 * @param options.announce told, in words for a person, what takes its time.
 * @param options.signal kills the program; its status is then `cancelled`.
 * @throws {EngineError} as a server would answer it.
 * @throws {StartError}
 */
export async function runLocally(
  request: ExecutionRequest,
  options: {
    readonly languages: string | null;
    readonly isolation: Isolation;
    readonly logLevel: LogLevel;
    readonly announce: (text: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<ExecutionResponse> {
  const submission = fromRequest(parseExecutionRequest(Buffer.from(JSON.stringify(request))));
  const languages = await loadLanguages({
    folder: options.languages,
    only: [submission.language],
    announce: options.announce,
  });
  const execution = toExecution(submission, languages);
  const log = createLog({ level: options.logLevel });
  const startedAtMs = systemClock.nowMs();
  const local = await startLocalEngine({ languages, isolation: options.isolation, log, announce: options.announce });
  try {
    const outcome = await local.engine.execute(execution, { signal: options.signal });
    const { id, language, version } = execution;
    const totalMs = systemClock.nowMs() - startedAtMs;
    const node = nodeId(randomUUID());
    return toResponse({ id, language, version, ...outcome, queuedMs: 0, totalMs, node, isolation: local.isolation });
  } finally {
    await local.close();
  }
}

/**
 * The languages that Millrace knows, as a server here would answer it.
 * @param options.languages the folder of further languages, as the setting says it.
 * @param options.isDetected whether to look for them on this host: without, all count as missing, which is quick.
 */
export async function listLocalLanguages(options: {
  readonly languages: string | null;
  readonly isDetected: boolean;
}): Promise<LanguagesResponse> {
  const registry = await loadLanguages({ folder: options.languages, only: options.isDetected ? undefined : [] });
  return toLanguagesResponse(registry.list(), { processes: {}, memoryBytes: {} });
}
