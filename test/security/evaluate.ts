import { constants } from "node:os";
import type { HostileCase, Suite } from "./suite.ts";

/** One run of a case, as its client saw it. */
export interface Observation {
  readonly status: string;
  readonly exitCode: number | null;
  /** A name like `SIGKILL`. */
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** stdout and stderr of the compiler. */
  readonly compileOutput: string;
  readonly message: string;
  readonly truncated: readonly ("stdout" | "stderr")[];
  /** null when the program was never started. */
  readonly used: { readonly cpuMs: number; readonly wallMs: number; readonly memoryBytes: number } | null;
  /** Whether the last process that was started for it had been booted ahead: the program's, or its compiler's. */
  readonly isWarm: boolean;
  readonly isCompiledWarm: boolean;
  /** The size of the whole answer. */
  readonly answerBytes: number;
}

type Check = (observation: Observation, index: number) => readonly string[];

/**
 * Judges the runs of a case by its rules and by those that hold for all cases.
 * @returns what is wrong, in words; empty when the program was contained.
 */
export function evaluate({ defaults }: Suite, tested: HostileCase, observations: readonly Observation[]): string[] {
  const checks = [checkStatus, checkOutput, checkVariant, checkEnd, checkUse];
  const failures = observations.flatMap((observation, index) =>
    checks.flatMap((makeCheck) => makeCheck(defaults, tested)(observation, index)),
  );
  return [...failures, ...checkDistinct(tested, observations)];
}

/** Lines of the programs' output that deserve a look without being a failure. */
export function findWarnings({ defaults }: Suite, observations: readonly Observation[]): string[] {
  const lines = observations.flatMap((observation) => allText(observation).split("\n"));
  return lines.filter((line) => defaults.warn.some((pattern) => pattern.test(line)));
}

type Rules = Suite["defaults"];

function checkStatus({ status_never }: Rules, { expect }: HostileCase): Check {
  return ({ status, message }) => {
    if (!status_never.includes(status) && expect.status.includes(status)) return [];
    return [`status ${status} (${message}), not ${expect.status.join(" or ")}`];
  };
}

function checkOutput({ any_must_not }: Rules, { expect, variants }: HostileCase): Check {
  return (observation) => {
    const stdout = observation.stdout.toString();
    const wanted = [
      ...(variants === undefined ? (expect.stdout_must ?? []) : []),
      ...(observation.status === "ok" ? (expect.stdout_must_if_ok ?? []) : []),
    ];
    const bytes = observation.stdout.toString("base64");
    return [
      ...findMissing(wanted, stdout),
      ...findForbidden([...any_must_not, ...(expect.any_must_not ?? [])], allText(observation)),
      ...findForbidden(expect.compile_output_must_not ?? [], observation.compileOutput),
      ...(expect.stdout_b64 === undefined || expect.stdout_b64 === bytes ? [] : [`stdout is ${bytes} in base64`]),
    ];
  };
}

function checkVariant(_rules: Rules, { variants }: HostileCase): Check {
  return ({ stdout }, index) => findMissing(variants?.[index]?.stdout_must ?? [], stdout.toString());
}

function checkEnd(_rules: Rules, { expect }: HostileCase): Check {
  return ({ exitCode, signal, truncated, answerBytes }) => {
    const number = constants.signals[signal as NodeJS.Signals];
    const failures: string[] = [];
    if (expect.exit_code?.includes(exitCode ?? -1) === false) failures.push(`exit code ${exitCode}`);
    if (expect.signal?.includes(number) === false) failures.push(`signal ${signal}`);
    if (expect.truncated !== undefined && !truncated.includes(expect.truncated))
      failures.push(`${expect.truncated} is not marked as truncated`);
    if (answerBytes > (expect.result_bytes_max ?? Number.POSITIVE_INFINITY))
      failures.push(`an answer of ${answerBytes} bytes`);
    return failures;
  };
}

function checkUse({ wall_slack_ms }: Rules, tested: HostileCase): Check {
  const anything = [0, Number.POSITIVE_INFINITY] as const;
  const { cpu_ms_range = anything, wall_ms_range = anything } = tested.expect;
  return ({ used, status }) => {
    if (used === null) return status === "compile_error" ? [] : ["the program was never started"];
    const [leastCpuMs, mostCpuMs] = cpu_ms_range;
    // On a busy host its time may be over before a processor was the program's for as long as it should have been.
    const isTimeOver = used.wallMs >= tested.limits.wall_ms;
    return [
      ...outside("cpuMs", used.cpuMs, [isTimeOver ? 0 : leastCpuMs, mostCpuMs]),
      ...outside("wallMs", used.wallMs, wall_ms_range),
      ...outside("wallMs", used.wallMs, [0, tested.limits.wall_ms + wall_slack_ms]),
      ...outside("memoryBytes", used.memoryBytes, [0, tested.limits.memory_mb * 1024 * 1024]),
    ];
  };
}

function outside(name: string, value: number, [least, most]: readonly [number, number]): string[] {
  return value >= least && value <= most ? [] : [`${name} is ${value}, outside ${least} to ${most}`];
}

function checkDistinct({ expect }: HostileCase, observations: readonly Observation[]): string[] {
  return (expect.distinct ?? []).flatMap((pattern) => {
    const found = observations.map(({ stdout }) => pattern.exec(stdout.toString())?.[1]);
    if (found.includes(undefined)) return [`${pattern} is missing`];
    return new Set(found).size === found.length ? [] : [`${pattern} is the same in several runs: ${found.join(", ")}`];
  });
}

function findMissing(patterns: readonly RegExp[], text: string): string[] {
  return patterns
    .filter((pattern) => !pattern.test(text))
    .map((pattern) => `${pattern} is missing in ${excerpt(text)}`);
}

function findForbidden(patterns: readonly RegExp[], text: string): string[] {
  return patterns.flatMap((pattern) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`forbidden ${pattern}: ${excerpt(text.slice(found.index))}`];
  });
}

function allText({ stdout, stderr, compileOutput, message }: Observation): string {
  return [stdout.toString(), stderr.toString(), compileOutput, message].join("\n");
}

function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
