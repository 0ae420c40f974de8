import { expect, test } from "vitest";
import { type Kind, loopbackAddress, oneOf, serverUrl, text, toggle, wholeNumber } from "./kinds.ts";

function read<Value>({ schema, fromText }: Kind<Value>, given: string): Value | null {
  return schema.safeParse(fromText(given)).data ?? null;
}

test.each<[string, Kind<unknown>, string, unknown]>([
  ["a number", wholeNumber(1, 9), "9", 9],
  ["a number above its most", wholeNumber(1, 9), "10", null],
  ["a number below its least", wholeNumber(1, 9), "0", null],
  ["a number with a sign", wholeNumber(1, 9), "+1", null],
  ["a number in another notation", wholeNumber(1, 100), "1e1", null],
  ["a word", oneOf(["one", "two"]), "two", "two"],
  ["another word", oneOf(["one", "two"]), "Two", null],
  ["yes", toggle, "true", true],
  ["no", toggle, "false", false],
  ["neither yes nor no", toggle, "yes", null],
  ["a text", text("name"), " ", " "],
  ["an empty text", text("name"), "", null],
  ["a server", serverUrl, "http://localhost:8080", "http://localhost:8080"],
  ["a server below a path", serverUrl, "https://example.org/run/", "https://example.org/run"],
  ["a server with a query", serverUrl, "https://example.org/?a=1", null],
  ["another protocol", serverUrl, "ftp://example.org", null],
  ["loopback by name", loopbackAddress, "localhost", "127.0.0.1"],
  ["loopback of IPv6", loopbackAddress, "::1", "::1"],
  ["any address", loopbackAddress, "0.0.0.0", null],
])("%s", (_what, kind, given, expected) => {
  expect(read(kind, given)).toEqual(expected);
});
