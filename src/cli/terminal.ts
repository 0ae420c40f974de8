/** What a command does to the world that called it. */
export interface Terminal {
  /** Writes to standard output, as it is. */
  print(content: string | Uint8Array): void;
  /** Writes to standard error, as it is. */
  complain(content: string | Uint8Array): void;
  /** Sets the exit status of the process; 0 when it is never called. */
  exitWith(status: number): void;
}

/** The terminal of this process. */
export function createTerminal(): Terminal & { exitStatus(): number } {
  let status = 0;
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreGoneReader);
  return {
    print: (content) => void process.stdout.write(content),
    complain: (content) => void process.stderr.write(content),
    exitWith: (given) => {
      status = given;
    },
    exitStatus: () => status,
  };
}

/** Like `head`: it has read all that it wanted. */
function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
