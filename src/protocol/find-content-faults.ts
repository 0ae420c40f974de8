import { describe, quote } from "./describe.ts";
import type { ExecutionRequest } from "./execution-request.ts";
import { type Fault, type FaultCode, jsonPointer, MOST_REPORTED } from "./faults.ts";
import { REQUEST_LIMITS } from "./request-limits.ts";
import { faultOfPath, findPathConflicts } from "./source-path.ts";

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Finds what is wrong with a request whose fields have the right types: sizes, paths, texts that no program can be given. */
export function findContentFaults(request: ExecutionRequest): Fault[] {
  return [
    ...findSourceFaults(request),
    ...findStdinFaults(request.stdin),
    ...findTextListFaults("args", request.args ?? []),
    ...findTextListFaults("compileArgs", request.compileArgs ?? []),
    ...findEnvFaults(request.env ?? {}),
  ];
}

function findSourceFaults({ code, files }: ExecutionRequest): Fault[] {
  if (code !== undefined && files !== undefined) {
    return [invalid(["files"], "is given together with code; a program is either one code or several files")];
  }
  if (code !== undefined) return findCodeFaults(code);
  if (files !== undefined) return findFilesFaults(files);
  return [invalid(["code"], "is missing: give the program as code, or as files")];
}

function findCodeFaults(code: string): Fault[] {
  if (code === "") return [invalid(["code"], "is empty; there is no program to run")];
  if (!code.isWellFormed()) return [loneSurrogate(["code"])];
  return tooLarge(["code"], Buffer.byteLength(code), REQUEST_LIMITS.sourceBytes);
}

function findFilesFaults(files: NonNullable<ExecutionRequest["files"]>): Fault[] {
  if (files.length === 0) return [invalid(["files"], "is empty; the first file is the main one")];
  const faults: Fault[] = [];
  let allBytes = 0;
  for (const [index, file] of files.entries()) {
    const pathFault = faultOfPath(file.path);
    if (pathFault !== null) faults.push(invalid(["files", index, "path"], pathFault));
    faults.push(...findFileContentFaults(file, index));
    allBytes += byteLength(file);
    if (faults.length > MOST_REPORTED) return faults;
  }
  if (faults.length === 0) {
    const conflicts = findPathConflicts(files.map((file) => file.path));
    faults.push(...conflicts.map(({ index, message }) => invalid(["files", index, "path"], message)));
  }
  return [...faults, ...tooLarge(["files"], allBytes, REQUEST_LIMITS.allSourceBytes)];
}

type File = NonNullable<ExecutionRequest["files"]>[number];

function findFileContentFaults(file: File, index: number): Fault[] {
  const steps = ["files", index, "content"];
  if (index === 0 && file.content === "") return [invalid(steps, "is empty, but the first file is the main one")];
  if (file.encoding === "base64" && (file.content.length % 4 !== 0 || !BASE64.test(file.content))) {
    return [invalid(steps, `is not base64 (RFC 4648, with padding): ${quote(file.content)}`)];
  }
  if (!file.content.isWellFormed()) return [loneSurrogate(steps)];
  return tooLarge(steps, byteLength(file), REQUEST_LIMITS.sourceBytes);
}

function byteLength(file: File): number {
  return Buffer.byteLength(file.content, file.encoding === "base64" ? "base64" : "utf8");
}

function findStdinFaults(stdin: string | undefined): Fault[] {
  if (stdin === undefined) return [];
  if (!stdin.isWellFormed()) return [loneSurrogate(["stdin"])];
  return tooLarge(["stdin"], Buffer.byteLength(stdin), REQUEST_LIMITS.stdinBytes);
}

function findTextListFaults(field: "args" | "compileArgs", list: readonly string[]): Fault[] {
  const bytes = list.reduce((sum, item) => sum + Buffer.byteLength(item), 0);
  return [
    ...list.flatMap((item, index) => findTextFaults([field, index], item)),
    ...tooLarge([field], bytes, REQUEST_LIMITS.argsBytes),
  ];
}

function findEnvFaults(env: Readonly<Record<string, string>>): Fault[] {
  const faults: Fault[] = [];
  let bytes = 0;
  for (const [name, value] of Object.entries(env)) {
    if (!ENV_NAME.test(name)) {
      faults.push(
        invalid(["env", name], `is not a name of letters, digits and "_", not starting with a digit: ${quote(name)}`),
      );
    }
    faults.push(...findTextFaults(["env", name], value));
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return [...faults, ...tooLarge(["env"], bytes, REQUEST_LIMITS.envBytes)];
}

/** The kernel passes arguments and variables as C strings. */
function findTextFaults(steps: readonly PropertyKey[], text: string): Fault[] {
  if (text.includes("\0")) return [invalid(steps, `has a NUL character: ${describe(text)}`)];
  return text.isWellFormed() ? [] : [loneSurrogate(steps)];
}

function loneSurrogate(steps: readonly PropertyKey[]): Fault {
  return invalid(steps, "has a lone surrogate, so it is not a text that UTF-8 can carry");
}

function tooLarge(steps: readonly PropertyKey[], bytes: number, most: number): Fault[] {
  if (bytes <= most) return [];
  return [fault("too_large", steps, `is ${bytes} bytes; at most ${most} are allowed`)];
}

function invalid(steps: readonly PropertyKey[], message: string): Fault {
  return fault("invalid_field", steps, message);
}

function fault(code: FaultCode, steps: readonly PropertyKey[], message: string): Fault {
  return { code, path: jsonPointer(steps), message };
}
