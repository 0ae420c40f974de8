import { expect, it } from "vitest";
import { parseManifest } from "../languages/manifest.ts";
import { createRegistry } from "../languages/registry.ts";
import { createToolchain } from "../languages/toolchain.ts";
import { refuseUnknownPreloads } from "./preloads.ts";

function manifestOf(id: string, warm?: object) {
  const detect = { executables: ["/usr/bin/x"], debianPackage: "x" };
  const text = JSON.stringify({ id, name: id, extensions: [`.${id}`], hello: "hello", detect, run: { warm } });
  return parseManifest(text, `${id}.yaml`);
}

const python = manifestOf("python", { way: "fork", preload: { name: "^[a-z]+$", unless: "x", check: "load" } });
const perl = manifestOf("perl", { way: "fork" });
const ruby = manifestOf("ruby");
const here = { executable: "/usr/bin/x", version: "1.2.3", stamp: "1@2", tools: {} };
const languages = createRegistry([
  { manifest: python, toolchains: [createToolchain(python, here)] },
  { manifest: perl, toolchains: [createToolchain(perl, here)] },
  { manifest: ruby, toolchains: [] },
]);

it("accepts modules of a language that can load them ahead", () => {
  expect(() => refuseUnknownPreloads({ python: ["decimal", "asyncio"] }, languages)).not.toThrow();
  expect(() => refuseUnknownPreloads({}, languages)).not.toThrow();
});

it.each([
  [{ pyton: ["decimal"] }, "preload: there is no language pyton. Did you mean python?"],
  [{ ruby: ["json"] }, "preload: this host has no ruby"],
  [{ perl: ["strict"] }, "preload: modules of perl cannot be loaded ahead"],
  [{ python: ["decimal", "os; x"] }, 'preload: "os; x" is no module\'s name in python'],
  [{ python: ["decimal\nx"] }, 'preload: "decimal\\nx" is no module\'s name in python'],
])("refuses %j", (preload, message) => {
  expect(() => refuseUnknownPreloads(preload, languages)).toThrow(message);
});
