import { posix } from "node:path";
import { parseSync } from "oxc-parser";

/** What each folder of `src` may import, itself aside. A folder that is not here is a breach: give it a row. */
const DIRECTIONS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  telemetry: ["domain"],
  config: ["domain", "telemetry"],
  protocol: ["domain"],
  broker: ["domain"],
  queue: ["broker", "domain", "protocol"],
  store: ["broker", "domain", "protocol"],
  events: ["broker", "domain", "protocol"],
  client: ["domain", "protocol"],
  sandbox: ["domain"],
  languages: ["domain"],
  engine: ["domain", "languages", "sandbox", "telemetry"],
  webhooks: ["domain", "protocol", "store", "telemetry"],
  worker: ["domain", "engine", "events", "languages", "queue", "store", "telemetry"],
  gateway: ["domain", "events", "languages", "protocol", "queue", "store", "telemetry"],
  main: [
    "broker",
    "config",
    "domain",
    "engine",
    "events",
    "gateway",
    "languages",
    "protocol",
    "queue",
    "sandbox",
    "store",
    "telemetry",
    "webhooks",
    "worker",
  ],
  cli: ["client", "config", "domain", "main", "protocol"],
};

/** Implementations behind an interface. Only `main` knows them; everyone else gets the interface handed in. */
const CONCRETE = [
  "src/queue/embedded/",
  "src/queue/nats/",
  "src/store/embedded/",
  "src/store/nats/",
  "src/events/embedded-events.ts",
  "src/events/nats/",
  "src/sandbox/create-sandbox.ts",
  "src/sandbox/launcher-process.ts",
];

/** Packages a folder may import; every folder that is not here may import any. `node:` stands for Node's own modules. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  protocol: ["zod", "node:buffer"],
  client: ["zod"],
};

/** Packages that one folder keeps to itself: everyone else reports to it in words of its own. */
const OWNED_PACKAGES: Readonly<Record<string, string>> = {
  pino: "telemetry",
  "prom-client": "telemetry",
  "@opentelemetry/api": "telemetry",
  "@opentelemetry/core": "telemetry",
  "@opentelemetry/exporter-trace-otlp-http": "telemetry",
  "@opentelemetry/resources": "telemetry",
  "@opentelemetry/sdk-trace-base": "telemetry",
};

/** Names that say nothing of what is inside. */
const VAGUE_FOLDERS = new Set(["utils", "common", "helpers", "types"]);

export interface SourceText {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** @returns one sentence for each import or folder that breaks the rules, with its file. */
export function findBreaches(files: readonly SourceText[]): string[] {
  return files.flatMap((file) => {
    const problems = [...folderProblems(file.path), ...importsOf(file).flatMap((found) => importProblems(file, found))];
    return problems.map((problem) => `${file.path}: ${problem}`);
  });
}

function folderProblems(path: string): string[] {
  return posix
    .dirname(path)
    .split("/")
    .filter((folder) => VAGUE_FOLDERS.has(folder))
    .map((folder) => `a folder named ${folder}/ says nothing: name it for what is inside`);
}

interface Import {
  readonly specifier: string;
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

function importsOf(file: SourceText): Import[] {
  const { module, errors } = parseSync(file.path, file.text);
  const failure = errors[0];
  if (failure) throw new SyntaxError(`${file.path}: ${failure.message}`);
  return [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      isTypeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? [{ specifier: moduleRequest.value, isTypeOnly: isType }] : [],
      ),
    ...module.dynamicImports.map(({ moduleRequest }) => ({
      // The text between the parentheses, quotes included when it is a literal.
      specifier: file.text.slice(moduleRequest.start, moduleRequest.end).replaceAll(/^["'`]|["'`]$/g, ""),
      isTypeOnly: false,
    })),
  ];
}

function importProblems(file: SourceText, { specifier, isTypeOnly }: Import): string[] {
  const folder = folderOf(file.path);
  const isTest = /\.test(?:-support)?\.ts$/.test(file.path);
  if (!specifier.startsWith(".")) {
    if (specifier === "node:process" && folder !== "config") return ["only config reads the process's environment"];
    const owner = OWNED_PACKAGES[specifier];
    if (owner !== undefined && folder !== owner && !isTest && !isTypeOnly)
      return [`only ${owner} may import ${specifier}`];
    const allowed = PACKAGES[folder];
    if (!allowed || isTest || isTypeOnly || allowed.includes(specifier)) return [];
    return [`${folder} may not import ${specifier}: it runs in a browser too`];
  }

  const target = posix.join(posix.dirname(file.path), specifier);
  if (!target.startsWith("src/")) return [`${specifier} is outside src`];
  if (folderOf(target) === folder) return [];
  const problems: string[] = [];
  const allowed = DIRECTIONS[folder];
  if (!allowed) {
    problems.push(`src/${folder} has no row in the table of import directions`);
  } else if (!allowed.includes(folderOf(target))) {
    problems.push(`${folder} may not import ${folderOf(target)} (${specifier})`);
  }
  if (folder !== "main" && !isTest && CONCRETE.some((concrete) => target.startsWith(concrete))) {
    problems.push(`only main may import the implementation ${target}; take its interface as a parameter`);
  }
  return problems;
}

/** @param path like `src/queue/embedded/embedded-queue.ts` @returns the folder below `src`, like `queue` */
function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}
