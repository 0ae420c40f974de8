import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mainFileName } from "./main-file.ts";
import { parseManifest } from "./manifest.ts";
import { topLevelText } from "./top-level-text.ts";

function manifestOf(file: string) {
  return parseManifest(readFileSync(new URL(`../../languages/${file}`, import.meta.url), "utf8"), file);
}
const java = manifestOf("java.yaml");
const nameOf = (source: string) => mainFileName(java, Buffer.from(source));

test.each([
  ["public class Shape {}", "Shape.java"],
  ["package a.b;\nimport java.util.*;\npublic final class Shape<T> extends A {}", "Shape.java"],
  ["public abstract sealed interface Shape permits A {}", "Shape.java"],
  ["public non-sealed class Shape {}", "Shape.java"],
  ["abstract public strictfp class Shape {}", "Shape.java"],
  ["public enum Colour { RED }", "Colour.java"],
  ["public record Point(int x, int y) {}", "Point.java"],
  ["public @interface Mark {}", "Mark.java"],
  ['@Deprecated(since = "}") public class Shape {}', "Shape.java"],
  ["public\n  class\n\tShape{}", "Shape.java"],
  ["public class Größe {}", "Größe.java"],
  ["public class $_1 {}", "$_1.java"],
  ["class Helper { public static class Inner {} } public class Shape {}", "Shape.java"],
])("%j is saved as %s", (source, file) => {
  expect(nameOf(source)).toBe(file);
});

test.each([
  ["class Shape {}"],
  ["void main() { }"],
  ["// public class Shape {}\nclass A {}"],
  ["/* public class Shape {} */ class A {}"],
  ['@Mark("public class Shape {}") class A {}'],
  ['@Mark("\\"public class Shape {}") class A {}'],
  ['@Mark("""\n public class Shape " {} """) class A {}'],
  ["class A { public class Shape {} }"],
  ["class A { char c = '{'; } class B { public class Shape {} }"],
  ["class A { char c = '}'; public class Shape {} }"],
  ['class A { String s = "}"; public class Shape {} }'],
  ["class A { /* } */ public class Shape {} }"],
  ["republic class Shape {}"],
  [""],
  ['"unclosed public class Shape {}'],
  ["/* unclosed public class Shape {}"],
])("%j has no public type of its own and keeps the usual name", (source) => {
  expect(nameOf(source)).toBe("Main.java");
});

test("a language whose main file is always the same does not look at the text", () => {
  expect(mainFileName(manifestOf("python.yaml"), Buffer.from("public class Shape {}"))).toBe("main.py");
});

test("a megabyte of anything is read in linear time", () => {
  const repeat = (text: string) => text.repeat(Math.floor(1_048_576 / text.length));
  const hostile = [
    "public ",
    "public final ",
    "{",
    "}",
    '"',
    "'\\",
    "/*",
    "//",
    '"""',
    "public\n",
    " ",
    "@",
    "public @ ",
  ];
  for (const text of hostile) {
    const startedMs = performance.now();
    nameOf(repeat(text));
    expect(performance.now() - startedMs, JSON.stringify(text)).toBeLessThan(5_000);
  }
});

test("top-level text keeps what is outside braces, comments and literals", () => {
  expect(topLevelText('a { b { c } d } e // f\ng /* h */ i "j" k').replaceAll(/\s+/g, " ")).toBe("a e g i k");
});
