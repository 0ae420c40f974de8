import { DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import type { WarmStart } from "./warm-start.ts";

/** An interpreter that is booted ahead, as simple as can be, for tests. */
export function fakeWarmStart(over: Partial<WarmStart> = {}): WarmStart {
  return {
    id: "fake-1",
    way: "boot",
    executable: "/usr/bin/fake",
    argv: ["fake", "main"],
    env: {},
    mainFile: "/box/main",
    takesArguments: false,
    isEarly: false,
    unless: [],
    unlessMain: null,
    preload: [],
    unlessFile: null,
    limits: DEFAULT_RUN_LIMITS,
    ...over,
  };
}
