import { placeholdersOf } from "./template.ts";

/** What is known of a toolchain once it was found: the `{names}` that its paths and commands may use. */
const DETECTED = ["executable", "home"] as const;
const TOOLCHAIN = [...DETECTED, "version", "major", "minor"] as const;
const SETTINGS = [...TOOLCHAIN, "prepared", "heapMiB"] as const;
const COMPILE = [...SETTINGS, "mainFile", "mainDirectory", "sources", "compileArgs"] as const;
const RUN = [...SETTINGS, "mainFile", "mainDirectory", "mainClass"] as const;
const ARTIFACT = ["mainFile", "mainDirectory"] as const;

/** Each stands for any number of arguments. */
const LISTS: readonly string[] = ["sources", "compileArgs"];

const ALL_NAMES: ReadonlySet<string> = new Set([...COMPILE, ...RUN, "millraceNode", "millraceModules"]);

interface Step {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The parts of a manifest that are templates, or that say which names there are. */
interface Templates {
  readonly detect: { readonly versionCommand: readonly string[] };
  readonly tools: Readonly<Record<string, unknown>>;
  readonly trees: readonly string[];
  readonly prepare?: Step | undefined;
  readonly compile?:
    | (Step & {
        readonly files: Readonly<Record<string, string>>;
        readonly artifacts: readonly string[];
        readonly warm?: { readonly command: readonly string[] } | undefined;
      })
    | undefined;
  readonly run: Step & { readonly warm?: { readonly file: string | null } | undefined };
}

interface TemplateFault {
  readonly path: (string | number)[];
  readonly input: string;
  readonly message: string;
}

/** Every name that a template of the manifest asks for and that has no value there. */
export function findTemplateFaults(manifest: Templates): TemplateFault[] {
  const { detect, tools, trees, prepare, compile, run } = manifest;
  const toolNames = Object.keys(tools);
  const faults: TemplateFault[] = toolNames
    .filter((name) => ALL_NAMES.has(name))
    .map((name) => ({ path: ["tools", name], input: name, message: `{${name}} already means something else` }));

  function check(
    path: string[],
    templates: readonly string[] | Readonly<Record<string, string>>,
    names: readonly string[],
  ) {
    const known = [...names, ...toolNames].filter((name) => name !== "prepared" || prepare !== undefined);
    for (const [key, input] of Object.entries(templates)) {
      const message = faultOf(input, known);
      if (message !== null) faults.push({ path: [...path, key], input, message });
    }
  }

  function checkStep(name: string, step: Step, names: readonly string[], envNames: readonly string[]) {
    check([name, "command"], step.command, names);
    check([name, "env"], step.env, envNames);
  }

  check(["detect", "versionCommand"], detect.versionCommand, DETECTED);
  check(["trees"], trees, TOOLCHAIN);
  if (prepare !== undefined) checkStep("prepare", prepare, [...TOOLCHAIN, "prepared"], [...TOOLCHAIN, "prepared"]);
  if (compile !== undefined) {
    checkStep("compile", compile, COMPILE, SETTINGS);
    check(["compile", "files"], compile.files, TOOLCHAIN);
    check(["compile", "artifacts"], compile.artifacts, ARTIFACT);
    check(["compile", "warm", "command"], compile.warm?.command ?? [], SETTINGS);
  }
  checkStep("run", run, RUN, SETTINGS);
  if (run.warm?.file != null) check(["run", "warm"], { file: run.warm.file }, ARTIFACT);
  return faults;
}

function faultOf(template: string, known: readonly string[]): string | null {
  for (const name of placeholdersOf(template)) {
    if (!known.includes(name)) return `unknown {${name}}; known here: ${known.map((one) => `{${one}}`).join(" ")}`;
    if (LISTS.includes(name) && template !== `{${name}}`) return `{${name}} is a list and has to stand alone`;
  }
  return null;
}
