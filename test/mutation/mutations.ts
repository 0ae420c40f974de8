import type { BoxPlan, PlanEntry } from "../../src/sandbox/box-plan.ts";
import { RLIMIT } from "../../src/sandbox/rlimits.ts";
import { hostArchitecture, type SyscallName } from "../../src/sandbox/seccomp/architecture.ts";
import { assemble } from "../../src/sandbox/seccomp/assemble.ts";
import { compileFilter } from "../../src/sandbox/seccomp/filter.ts";
import { boxPolicy, type Policy } from "../../src/sandbox/seccomp/policy.ts";

/** Instead of an escape: the launcher cannot make a box any more, and no program runs. */
export const NO_BOX = "no box can be made";

/** Tests that notice, where they are, and one of them that no mutation there touches: it passes where programs run at all. */
export interface Suite {
  readonly files: readonly string[];
  readonly unmoved: string;
  /** The only version of control groups that it is for; every host's where it is not said. */
  readonly version?: 2;
}

const SECURITY: Suite = {
  files: ["hostile-programs", "attempts", "taken-over-worker"].map((name) => `test/security/${name}.test.ts`),
  unmoved: "it knows how many processors there are",
};

const ROOTLESS: Suite = {
  files: ["test/hosts/rootless.test.ts"],
  unmoved: "an ordinary user's server runs programs",
};

const REDUCED: Suite = {
  files: ["test/integration/reduced-isolation.test.ts"],
  unmoved: "memory below the limit is measured",
};

const VERSION_2: Suite = {
  files: ["test/hosts/boxes.test.ts", "test/hosts/version-2.test.ts", "test/hosts/left-behind.test.ts"],
  unmoved: "a program says hello",
  version: 2,
};

const LEFT_BEHIND: Suite = {
  files: ["test/hosts/left-behind.test.ts"],
  unmoved: "a zygote that stands still ends with its launcher: in a group",
};

/**
 * A box with some of its defences left out, and what must notice: tests of a suite by the beginning of their
 * names, or a start that fails since no box can be made any more.
 *
 * Only tests go here that do no harm when they succeed: the defence against it is what is missing.
 */
export interface Mutation {
  readonly name: string;
  /** For a person: what is left out. */
  readonly what: string;
  /** Left out of the launcher: names of `DEFENCE` in native/, separated by commas. */
  readonly without?: string;
  /** Left out of the plan. */
  readonly varyPlan?: (plan: BoxPlan) => BoxPlan;
  readonly noticedBy: readonly string[] | typeof NO_BOX;
  /** Where these tests are; test/security where it is not said. */
  readonly suite?: Suite;
}

export function suiteOf({ suite = SECURITY }: Mutation): Suite {
  return suite;
}

function withoutEntry(isLeftOut: (entry: PlanEntry) => boolean): (plan: BoxPlan) => BoxPlan {
  return (plan) => ({ ...plan, entries: plan.entries.filter((entry) => !isLeftOut(entry)) });
}

function withoutRlimit(resource: number): (plan: BoxPlan) => BoxPlan {
  return (plan) => ({ ...plan, rlimits: plan.rlimits.filter((limit) => limit.resource !== resource) });
}

function withFilter(filter: Uint8Array): (plan: BoxPlan) => BoxPlan {
  return (plan) => ({ ...plan, filter });
}

/** The policy, but that it allows these calls whatever their arguments. */
function allowing(...names: SyscallName[]): Uint8Array {
  const others = boxPolicy.rules.map((rule) => ({
    ...rule,
    calls: rule.calls.filter((name) => !names.includes(name)),
  }));
  const policy: Policy = { ...boxPolicy, rules: [...others, { calls: names, exceptions: [], verdict: "ALLOW" }] };
  return assemble(policy, hostArchitecture());
}

/**
 * The filter, but that calls of the 32-bit table pass for native ones: its second instruction, which compares the
 * architecture, goes the same way whatever it finds.
 */
function ignoringArchitecture(): Uint8Array {
  const filter = compileFilter();
  const [ifEqual, ifNot] = [8 + 2, 8 + 3];
  filter[ifNot] = filter[ifEqual] ?? 0;
  return filter;
}

const facts = {
  ids: "it is user 1000 of two",
  alone: "it is no pid 1",
  power: "it has no power and a filter",
  names: "the host has no name here",
  mounts: "mounts are nosuid",
} as const;
const neighbours = "share no lock";
const sealed = "has given up everything";

export const MUTATIONS: readonly Mutation[] = [
  { name: "seccomp", what: "the syscall filter", without: "seccomp", noticedBy: ["a40_", "a15_", facts.power] },
  {
    name: "architecture",
    what: "the filter's check of the architecture",
    varyPlan: withFilter(ignoringArchitecture()),
    noticedBy: ["a14_"],
  },
  {
    name: "socket families",
    what: "the filter's rule for socket families",
    varyPlan: withFilter(allowing("socket", "socketpair")),
    noticedBy: ["a13_"],
  },
  {
    name: "nested namespaces",
    what: "the filter's rules for namespaces, and max_user_namespaces",
    varyPlan: (plan) => withFilter(allowing("unshare", "clone"))(withoutEntry(({ kind }) => kind === "sysctl")(plan)),
    noticedBy: ["a01_", "a02_"],
  },
  {
    name: "max_user_namespaces",
    what: "max_user_namespaces = 0",
    varyPlan: withoutEntry(({ kind }) => kind === "sysctl"),
    noticedBy: [facts.power],
  },
  { name: "user_namespace", what: "the user namespace", without: "user_namespace", noticedBy: NO_BOX },
  { name: "mount_namespace", what: "the mount namespace", without: "mount_namespace", noticedBy: NO_BOX },
  { name: "pid_namespace", what: "the pid namespace", without: "pid_namespace", noticedBy: NO_BOX },
  { name: "uts_namespace", what: "the UTS namespace", without: "uts_namespace", noticedBy: NO_BOX },
  {
    name: "network_namespace",
    what: "the network namespace",
    without: "network_namespace",
    noticedBy: ["a23_", "is a loopback of its own"],
  },
  {
    name: "fresh_network",
    what: "giving up a network namespace that was used",
    without: "fresh_network",
    noticedBy: ["tells nothing of the run before"],
  },
  { name: "ipc_namespace", what: "the IPC namespace", without: "ipc_namespace", noticedBy: [neighbours] },
  { name: "cgroup_namespace", what: "the cgroup namespace", without: "cgroup_namespace", noticedBy: [facts.names] },
  {
    name: "namespace_owner",
    what: "the lane's own id as owner of its user namespaces",
    without: "namespace_owner",
    noticedBy: ["e16_", neighbours],
  },
  {
    name: "socket_memory",
    what: "the limit on socket buffers",
    without: "socket_memory",
    noticedBy: ["beyond a quarter"],
  },
  {
    name: "own_inodes",
    what: "overlays of the lane's own",
    without: "own_inodes",
    noticedBy: [neighbours, facts.names],
  },
  { name: "read_only", what: "the read-only root", without: "read_only", noticedBy: [facts.mounts] },
  { name: "nosuid", what: "nosuid on what the program may write", without: "nosuid", noticedBy: [facts.mounts] },
  { name: "hidepid", what: "hidepid", without: "hidepid", noticedBy: [facts.alone, "pid 1 can be neither"] },
  { name: "proc_masks", what: "the masks of /proc", without: "proc_masks", noticedBy: ["/proc tells nothing"] },
  {
    name: "read_only_proc",
    what: "the read-only /proc",
    without: "read_only_proc",
    noticedBy: ["a43_", "nothing outside its own directories"],
  },
  { name: "close_range", what: "closing of descriptors", without: "close_range", noticedBy: [sealed] },
  {
    name: "close_on_exec",
    what: "close-on-exec of what the parked process needs",
    without: "close_on_exec",
    noticedBy: ["a29_", "descriptors are standard input"],
  },
  { name: "bounding", what: "dropping of the bounding set", without: "bounding", noticedBy: ["a15_", facts.power] },
  { name: "capabilities", what: "dropping of capabilities", without: "capabilities", noticedBy: [sealed] },
  { name: "no_new_privs", what: "no_new_privs", without: "no_new_privs", noticedBy: NO_BOX },
  { name: "groups", what: "dropping of groups", without: "groups", noticedBy: [facts.ids] },
  {
    name: "core",
    what: "RLIMIT_CORE",
    varyPlan: withoutRlimit(RLIMIT.core),
    noticedBy: ["a37_", "soft and hard limits"],
  },
  {
    name: "memlock",
    what: "RLIMIT_MEMLOCK",
    varyPlan: withoutRlimit(RLIMIT.memlock),
    noticedBy: ["soft and hard limits"],
  },
  { name: "memory", what: "the memory cgroup", without: "memory", noticedBy: ["above the memory limit"] },
  {
    name: "pids",
    what: "the pids cgroup and RLIMIT_NPROC",
    without: "pids,run_rlimits",
    noticedBy: ["above the process limit"],
  },
  { name: "output", what: "the output limit", without: "output", noticedBy: ["above the output limit"] },
  {
    name: "collect",
    what: "where files are collected: only plain files are listed; RESOLVE_BENEATH and NO_SYMLINKS",
    without: "list_regular,resolve_beneath",
    noticedBy: ["ln -s /tmp/millrace-artifact"],
  },
  {
    name: "sources",
    what: "the launcher's list of what boxes may show of the host",
    without: "sources",
    noticedBy: ["a worker has nothing else shown"],
  },
  {
    name: "source_links",
    what: "refusing links on the way to what boxes show",
    without: "source_links",
    noticedBy: ["a worker has nothing shown through a link"],
  },
  {
    name: "unused_ids",
    what: "looking whether somebody lives who has a place's ids",
    without: "unused_ids",
    suite: LEFT_BEHIND,
    noticedBy: ["a process that a server has left"],
  },
  {
    name: "subordinate_ids",
    what: "without root: subordinate ids",
    without: "subordinate_ids",
    suite: ROOTLESS,
    noticedBy: ["its boxes have subordinate ids"],
  },
  {
    name: "sampled_memory",
    what: "without groups: looks at memory",
    without: "sampled_memory",
    suite: REDUCED,
    noticedBy: [
      "memory above the limit ends the program: of several",
      "memory above the limit ends the program: shared",
    ],
  },
  {
    name: "sampled_cpu",
    what: "without groups: looks at processor time, and RLIMIT_CPU",
    without: "sampled_cpu,run_rlimits",
    suite: REDUCED,
    noticedBy: ["a program of many processes that takes too much processor time"],
  },
  {
    name: "run_rlimits",
    what: "without groups: RLIMIT_NPROC",
    without: "run_rlimits",
    suite: REDUCED,
    noticedBy: ["there are as many processes as may be"],
  },
  {
    name: "end_boxes",
    what: "without groups: ending whoever has a box's ids",
    without: "end_boxes",
    suite: LEFT_BEHIND,
    noticedBy: ["a zygote that stands still ends with its launcher: where there are none"],
  },
  {
    name: "memory of version 2",
    what: "version 2: memory.max",
    without: "memory",
    suite: VERSION_2,
    noticedBy: ["more memory than it may have ends it"],
  },
  {
    name: "swap_max",
    what: "version 2: memory.swap.max",
    without: "swap_max",
    suite: VERSION_2,
    noticedBy: ["what is over the limit is not swapped out"],
  },
  {
    name: "oom_group",
    what: "version 2: memory.oom.group",
    without: "oom_group",
    suite: VERSION_2,
    noticedBy: ["the kernel ends all of a run"],
  },
  {
    name: "pids of version 2",
    what: "version 2: pids.max and RLIMIT_NPROC",
    without: "pids,run_rlimits",
    suite: VERSION_2,
    noticedBy: ["more processes than it may have"],
  },
  {
    name: "cgroup_kill",
    what: "version 2: cgroup.kill",
    without: "cgroup_kill",
    suite: VERSION_2,
    noticedBy: ["a zygote that stands still ends with its launcher: in a group"],
  },
];

/** A mutation's row of the table in docs/sandbox.md: what is left out, and what notices. */
export function describeMutation({ what, noticedBy }: Mutation): readonly [what: string, noticedBy: string] {
  const by = typeof noticedBy === "string" ? [noticedBy] : noticedBy.map((name) => `\`${name.replace(/_$/, "")}\``);
  return [what, by.join(", ")];
}

export function findMutation(name: string): Mutation {
  const found = MUTATIONS.find((mutation) => mutation.name === name);
  if (found === undefined) throw new Error(`There is no mutation ${name}`);
  return found;
}
