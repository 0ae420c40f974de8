import { expect, it } from "vitest";
import { createDiskDemand } from "./disk-demand.ts";

const USUAL = 64;
const COMPILE = 256;

function demandAfter(...sizes: number[]) {
  const demand = createDiskDemand({ defaultDiskBytes: USUAL, prepared: 3 });
  for (const size of sizes) demand.note(size);
  return Object.fromEntries(demand.targets());
}

it("keeps the default size ready from the start", () => {
  expect(demandAfter()).toEqual({ [USUAL]: 3 });
});

it("gives nothing to a size that was asked for once", () => {
  expect(demandAfter(USUAL, 100, USUAL, 101)).toEqual({ [USUAL]: 3 });
});

it("follows a size that is asked for again, up to what the default has", () => {
  expect(demandAfter(COMPILE, USUAL, COMPILE)).toEqual({ [USUAL]: 3, [COMPILE]: 1 });
  expect(demandAfter(...new Array(9).fill(COMPILE))).toEqual({ [USUAL]: 3, [COMPILE]: 3 });
});

it("forgets a size that went out of use", () => {
  expect(demandAfter(COMPILE, COMPILE, ...new Array(15).fill(USUAL))).toEqual({ [USUAL]: 3 });
});
