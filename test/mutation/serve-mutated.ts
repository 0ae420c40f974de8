/**
 * The server, with the defences of one mutation left out.
 *
 * Usage: node test/mutation/serve-mutated.ts NAME [flags of millrace serve]
 */
import { Command } from "commander";
import { addSettings, readSettings, settingsOf } from "../../src/cli/setting-flags.ts";
import { serve } from "../../src/main/serve.ts";
import { launcherWithout } from "./build-without.ts";
import { findMutation } from "./mutations.ts";

const [name = "", ...flags] = process.argv.slice(2);
const { without, varyPlan } = findMutation(name);
// A server may be started by someone who is in groups: whether the program is too is what one mutation is about.
if (process.getuid?.() === 0) process.setgroups?.([4, 5]);
const command = addSettings(new Command(), settingsOf("server")).parse(flags, { from: "user" });
process.exitCode = await serve(readSettings(command).config, console.log, {
  variation: {
    ...(without === undefined ? {} : { launcherPath: launcherWithout(without) }),
    ...(varyPlan === undefined ? {} : { varyPlan }),
  },
});
