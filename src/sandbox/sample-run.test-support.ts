import { DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import type { RunSpec } from "./sandbox.ts";

/** A run that asks for nothing. */
export const SAMPLE_SPEC: RunSpec = {
  executable: "/usr/bin/true",
  argv: ["true"],
  env: {},
  files: [],
  stdin: new Uint8Array(),
  limits: DEFAULT_RUN_LIMITS,
  warm: null,
  collect: null,
};
