import { describe, expect, it } from "vitest";
import { DEFAULT_RUN_LIMITS } from "../domain/limits.ts";
import { describeStart } from "./describe-start.ts";

const language = {
  aliases: [],
  extensions: [],
  mainFile: "main",
  limits: DEFAULT_RUN_LIMITS,
  compileLimits: null,
  hello: "",
  troubles: [],
};

describe("describeStart", () => {
  it("says where the server is, what it can run and how to get the rest", () => {
    const text = describeStart({
      address: "http://127.0.0.1:8080",
      version: "1.2.3",
      isKeyNeeded: true,
      lacks: ["There is less of one thing.", "Another is not there."],
      nats: [],
      access: ["Clients need an API key; there is one in /keys.json"],
      languages: [
        { ...language, id: "c", name: "C", isAvailable: false, versions: [], install: "apt-get install gcc" },
        { ...language, id: "python", name: "Python", isAvailable: true, versions: ["3.13.1", "3.11.2"], install: null },
        {
          ...language,
          id: "lua",
          name: "Lua",
          isAvailable: false,
          versions: [],
          install: "apt-get install lua",
          troubles: ["/usr/bin/lua did not say its version within 30 s."],
        },
      ],
    });
    expect(text).toBe(
      [
        "Millrace 1.2.3 listens on http://127.0.0.1:8080",
        "Clients need an API key; there is one in /keys.json",
        "Isolation is reduced:",
        "  There is less of one thing.",
        "  Another is not there.",
        "",
        "  python  3.13.1, 3.11.2",
        "  c       missing: apt-get install gcc",
        "  lua     /usr/bin/lua did not say its version within 30 s.",
        "",
        "Try:  curl -H 'Authorization: Bearer KEY' --data-binary 'print(6*7)' http://127.0.0.1:8080/lang/python",
        "API:  http://127.0.0.1:8080/docs",
        "",
      ].join("\n"),
    );
  });
});
