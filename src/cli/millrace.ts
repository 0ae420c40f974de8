#!/usr/bin/env node
/** What `engines` in package.json says too; npm only warns of it. */
const LEAST_NODE = { major: 22, minor: 18 };

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const isNewEnough = major > LEAST_NODE.major || (major === LEAST_NODE.major && minor >= LEAST_NODE.minor);

if (isNewEnough) {
  // Loaded only here: an older Node lacks some of what it imports.
  const { runCommandLine } = await import("./command-line.ts");
  process.exitCode = await runCommandLine(process.argv.slice(2));
} else {
  process.stderr.write(
    `millrace: it needs Node ${LEAST_NODE.major}.${LEAST_NODE.minor} or newer; this is ${process.versions.node}\n`,
  );
  process.exitCode = 1;
}
