import { expect, test } from "vitest";
import { guessLanguage } from "./guess-language.ts";

const LANGUAGES = [
  { id: "c", aliases: [], extensions: [".c", ".h"] },
  { id: "cpp", aliases: ["c++"], extensions: [".cpp", ".h"] },
  { id: "python", aliases: ["py"], extensions: [".py"] },
];

test.each([
  ["main.py", "python"],
  ["/home/a.c/MAIN.PY", "python"],
  ["two.dots.c", "c"],
])("%s is %s", (path, language) => {
  expect(guessLanguage(path, LANGUAGES)).toBe(language);
});

test.each([
  ["list.h", /^list\.h may be c or cpp: say --language$/],
  ["main.pyx", /^The name main\.pyx does not tell its language: say --language, one of c, cpp, python$/],
  ["dir.py/main", /^The name main does not tell/],
  [".py", /^The name \.py does not tell/],
])("%s is not guessed", (path, message) => {
  expect(() => guessLanguage(path, LANGUAGES)).toThrow(message);
});
