import { expect, it } from "vitest";
import { createStateReader, type FileState } from "./follow-file.ts";

const said = Buffer.from("absent\ntext 600 0 6\né\nab\ntext 4755 1000 0\nfailed it is é\nabsent\n");

const states: FileState[] = [
  { kind: "absent" },
  { kind: "text", mode: 0o600, uid: 0, text: "é\nab\n" },
  { kind: "text", mode: 0o4755, uid: 1000, text: "" },
  { kind: "failed", reason: "it is é" },
  { kind: "absent" },
];

it.each([1, 2, 3, 7, 1000])("reads what the follower says in parts of %i bytes", (size) => {
  const read: FileState[] = [];
  const reader = createStateReader((state) => read.push(state));
  for (let at = 0; at < said.length; at += size) reader(said.subarray(at, at + size));
  expect(read).toEqual(states);
});
