import { encodeScript } from "../../src/sandbox/script-records.ts";

/** Script bytes that run a Python program in a box. */
export function pythonScript(code: string): Buffer {
  const { body, end } = encodeScript({
    files: [{ path: "main.py", content: Buffer.from(code), mode: 0o644 }],
    rlimits: [],
    argv: ["python3", "main.py"],
    env: { PATH: "/usr/bin:/bin" },
    executable: "/usr/bin/python3",
    end: "exec",
  });
  return Buffer.concat([...body, end]);
}
