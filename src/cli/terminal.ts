/** What a command does to the world that called it. */
export interface Terminal {
  /** Writes a text to standard output, as it is. */
  print(text: string): void;
  /** Sets the exit status of the process; 0 when it is never called. */
  exitWith(status: number): void;
}
