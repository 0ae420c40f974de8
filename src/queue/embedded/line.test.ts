import fc from "fast-check";
import { expect, test } from "vitest";
import { createLine } from "./line.ts";

type Step = "add" | "shift" | "giveBack" | "remove";

test("it is a sorted list, whatever is added, shifted, given back and removed", () => {
  const steps = fc.array(
    fc.tuple(fc.constantFrom<Step>("add", "add", "add", "shift", "giveBack", "remove"), fc.nat({ max: 50 })),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(steps, (script) => {
      const line = createLine<{ readonly place: number }>();
      const model: { readonly place: number }[] = [];
      const shifted: { readonly place: number }[] = [];
      for (const [place, [step, choice]] of script.entries()) {
        if (step === "add") {
          const entry = { place };
          line.add(entry);
          model.push(entry);
        } else if (step === "shift") {
          const entry = line.shift();
          expect(entry).toBe(model.shift());
          if (entry !== undefined) shifted.push(entry);
        } else if (step === "giveBack") {
          const [entry] = shifted.splice(choice % Math.max(1, shifted.length), 1);
          if (entry === undefined) continue;
          line.giveBack(entry);
          model.push(entry);
          model.sort((a, b) => a.place - b.place);
        } else {
          const entry = model.splice(choice % Math.max(1, model.length), 1)[0] ?? { place: -1 };
          expect(line.remove(entry)).toBe(entry.place !== -1);
          expect(line.remove(entry)).toBe(false);
        }
        expect(line.size()).toBe(model.length);
        expect(line.first()).toBe(model[0]);
      }
    }),
  );
});
