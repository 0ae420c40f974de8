import { expect, test } from "vitest";
import { countReady, sumMemory } from "./count-ready.ts";

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

test("memory is that of a language's compilers too", () => {
  const toolchains = [
    { language: "java", version: "17.0.1" },
    { language: "java", version: "21.0.2" },
    { language: "perl", version: "5.36.0" },
  ];
  const held = new Map([
    ["java-17.0.1", 30],
    ["java-17.0.1 compiler", 60],
    ["java-21.0.2 compiler", 5],
  ]);
  expect(sumMemory(toolchains, held)).toEqual({ java: 95, perl: 0 });
});
