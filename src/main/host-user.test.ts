import { expect, test } from "vitest";
import { describeShortfall, describeUser, type UserFacts } from "./host-user.ts";

const ALICE: UserFacts = {
  uid: 1000,
  gid: 1001,
  name: "alice",
  env: { HOME: "/home/alice", XDG_RUNTIME_DIR: "/run/user/1000" },
  subuid: "bob:100000:65536\nalice:165536:65536\n",
  subgid: "alice:231072:65536\n",
  hasMappers: true,
};

test("an ordinary user has its subordinate ids, and places of its own", () => {
  const user = describeUser(ALICE);
  expect(user).toEqual({
    kind: "rootless",
    uid: 1000,
    gid: 1001,
    ids: { firstUid: 165_536, firstGid: 231_072, count: 65_536 },
    runtimeDirectory: "/run/user/1000/millrace",
    cacheDirectory: "/home/alice/.cache/millrace",
  });
  expect(describeShortfall(user)).toBeNull();
});

test("ids may be given to a number, of which there may be no name", () => {
  const facts = { ...ALICE, name: null, subuid: "1000:5000:1024", subgid: "1000:6000:2000" };
  expect(describeUser(facts)).toMatchObject({ ids: { firstUid: 5_000, firstGid: 6_000, count: 1_024 } });
});

test.each<[string, Partial<UserFacts>]>([
  ["no newuidmap", { hasMappers: false }],
  ["no line in /etc/subuid", { subuid: "" }],
  ["no line in /etc/subgid", { subgid: "" }],
  ["fewer than a server needs", { subgid: "alice:231072:1023\n" }],
])("%s: one id for all, which is said", (_, lacking) => {
  const user = describeUser({ ...ALICE, ...lacking });
  expect(user).toMatchObject({ ids: { count: 0 } });
  expect(describeShortfall(user)).toMatch(/^DEGRADED: .*usermod .* 1000$/);
});

test("without a runtime directory the sockets are in the home, and without both nowhere", () => {
  expect(describeUser({ ...ALICE, env: { HOME: "/home/alice" } })).toMatchObject({
    runtimeDirectory: "/home/alice/.cache/millrace-run",
  });
  expect(() => describeUser({ ...ALICE, env: {} })).toThrow(/no place for the sockets of user 1000/);
});

test("root needs nothing of that", () => {
  expect(describeUser({ ...ALICE, uid: 0, env: {} })).toEqual({ kind: "root", cacheDirectory: "/var/cache/millrace" });
});
