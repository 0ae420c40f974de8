import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface FailedStart {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts a server that is not expected to come up, and waits for its end.
 * @param inside a command that prepares its surroundings, see `ServerOptions`.
 * @throws {Error} when it does come up.
 */
export async function startInVain(inside: readonly string[]): Promise<FailedStart> {
  const command = [...inside, process.execPath, "src/cli/millrace.ts", "serve", "--port", "0", "--slots", "1"];
  const [program = "", ...args] = command;
  try {
    await promisify(execFile)(program, args, { timeout: 50_000, killSignal: "SIGTERM" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error)) throw error;
    const { code, stdout, stderr } = error;
    return { status: typeof code === "number" ? code : null, stdout: String(stdout), stderr: String(stderr) };
  }
  throw new Error("It came up, and ended well");
}
