import { basename } from "node:path";

export const name = basename(import.meta.filename);
export function fail() {
  throw new Error("in the part");
}
