import { expect, test } from "vitest";
import { LIMIT_NAMES } from "../domain/limits.ts";
import { advise } from "./advise.ts";

test.each([
  ["memory", 'did you mean "memoryBytes"?'],
  ["memory_mb", 'did you mean "memoryBytes"?'],
  ["MemoryLimit", 'did you mean "memoryBytes"?'],
  ["cpu", 'did you mean "cpuMs"?'],
  ["cpu_ms", 'did you mean "cpuMs"?'],
  ["cpums", 'did you mean "cpuMs"?'],
  ["wallTimeMs", 'did you mean "wallMs"?'],
  ["process", 'did you mean "processes"?'],
  ["file_bytes", 'did you mean "fileBytes"?'],
  ["", `there are ${LIMIT_NAMES.join(", ")}`],
  ["__proto__", `there are ${LIMIT_NAMES.join(", ")}`],
  ["x".repeat(100_000), `there are ${LIMIT_NAMES.join(", ")}`],
])("of limits, %j", (given, advice) => {
  expect(advise(given, LIMIT_NAMES)).toBe(advice);
});
