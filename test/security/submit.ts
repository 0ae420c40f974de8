import { z } from "zod";
import { executionResponseSchema, type RunResponse } from "../../src/protocol/execution-response.ts";
import type { RunningServer } from "../support/server.ts";
import type { Observation } from "./evaluate.ts";
import { type HostileCase, readProgram } from "./suite.ts";

const MIB = 1024 * 1024;

type FileOfCase = NonNullable<HostileCase["files"]>[number];

/** What the API calls a file. */
interface UploadedFile {
  readonly path: string;
  readonly content: string;
  readonly encoding: "utf8" | "base64";
}

const languagesSchema = z.object({
  languages: z.array(z.object({ id: z.string(), mainFile: z.string(), available: z.boolean() })),
});

/** Main files of the languages that the server can run, by the language's id; null for one that this host lacks. */
export async function readMainFiles(url: string): Promise<ReadonlyMap<string, string | null>> {
  const answer = await fetch(`${url}/v1/languages`);
  const { languages } = languagesSchema.parse(await answer.json());
  return new Map(languages.map(({ id, mainFile, available }) => [id, available ? mainFile : null]));
}

/** The body of `POST /v1/executions` for one run of a case; `files` are those of a variant. */
export function toRequest(tested: HostileCase, mainFile: string, files = tested.files ?? []): object {
  const { limits, stdin_gen: generated } = tested;
  return {
    language: tested.language,
    files: [encode(tested.upload_as ?? mainFile, readProgram(tested.source)), ...files.map(toUpload)],
    stdin: generated === undefined ? (tested.stdin ?? "") : generated.repeat.repeat(generated.bytes),
    limits: {
      cpuMs: limits.cpu_ms,
      wallMs: limits.wall_ms,
      memoryBytes: limits.memory_mb * MIB,
      processes: limits.pids,
      outputBytes: limits.output_kb * 1024,
      diskBytes: limits.disk_mb * MIB,
      fileBytes: limits.fsize_mb * MIB,
      openFiles: limits.nofile,
    },
    compileLimits: { wallMs: limits.compile_wall_ms, memoryBytes: limits.compile_memory_mb * MIB },
  };
}

function toUpload(file: FileOfCase): UploadedFile {
  return "text" in file
    ? { path: file.path, content: file.text, encoding: "utf8" }
    : { path: file.path, content: file.base64, encoding: "base64" };
}

function encode(path: string, bytes: Buffer): UploadedFile {
  return { path, content: bytes.toString("base64"), encoding: "base64" };
}

/**
 * Submits a request and waits for its end.
 * @throws {Error} when an answer of 200 is not an execution in every detail: the programs must not be able to spoil it.
 */
export async function submit({ url }: Pick<RunningServer, "url">, request: object): Promise<Observation> {
  const answer = await fetch(`${url}/v1/executions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (answer.status !== 200) return rejected(text, bytes.length);

  const { status, run, compile } = executionResponseSchema.parse(JSON.parse(text));
  const last = run ?? compile;
  return {
    status,
    exitCode: last?.exitCode ?? null,
    signal: last?.signal ?? null,
    stdout: decode(run, "stdout"),
    stderr: decode(run, "stderr"),
    compileOutput: `${decode(compile, "stdout")}${decode(compile, "stderr")}`,
    message: [compile?.message, run?.message].filter((message) => message).join("\n"),
    truncated: (["stdout", "stderr"] as const).filter((stream) => run?.[`${stream}Truncated`]),
    used: run,
    isWarm: last?.warm === true,
    isCompiledWarm: compile?.warm === true,
    answerBytes: bytes.length,
  };
}

function decode(run: RunResponse | null, stream: "stdout" | "stderr"): Buffer {
  return run === null ? Buffer.alloc(0) : Buffer.from(run[stream], run[`${stream}Encoding`]);
}

function rejected(text: string, answerBytes: number): Observation {
  const nothing = Buffer.alloc(0);
  return {
    status: "rejected",
    exitCode: null,
    signal: null,
    stdout: nothing,
    stderr: nothing,
    compileOutput: "",
    message: text,
    truncated: [],
    used: null,
    isWarm: false,
    isCompiledWarm: false,
    answerBytes,
  };
}
