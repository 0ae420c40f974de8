import { expect, test } from "vitest";
import { countReady } from "./count-ready.ts";

test("versions of a language are counted together, and one that nothing stands ready for is there too", () => {
  const toolchains = [
    { language: "python", version: "3.11.2" },
    { language: "python", version: "3.12.1" },
    { language: "perl", version: "5.36.0" },
  ];
  const ready = new Map([
    ["python-3.11.2", 2],
    ["python-3.12.1", 1],
    ["java-17.0.1 compiler", 4],
  ]);
  expect(countReady(toolchains, ready)).toEqual({ python: 3, perl: 0 });
});
