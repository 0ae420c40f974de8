import { describe, expect, test } from "vitest";
import { type Architecture, arm64, type SyscallName, x64 } from "./architecture.ts";
import { returnValue } from "./assemble.ts";
import { instructionBytes } from "./bpf.ts";
import { decide } from "./decide.test-support.ts";
import { compileFilter } from "./filter.ts";
import { interpret, verify } from "./interpret.test-support.ts";
import { boxPolicy, type Verdict } from "./policy.ts";

const i386 = 0x40000003;
const arm = 0x40000028;
const names = Object.keys(x64.numbers) as SyscallName[];

/** Six arguments, 0 where none is given. */
const padded = (given: readonly bigint[]) => Array.from({ length: 6 }, (_, index) => given[index] ?? 0n);

test("the policy decides each call of the longest table by name, once", () => {
  expect(boxPolicy.rules.flatMap((rule) => rule.calls).toSorted()).toEqual(names.toSorted());
});

test("from 424 on, calls have one number everywhere", () => {
  const late = names.filter((name) => (x64.numbers[name] ?? 0) >= 424);
  expect(late).toContain("clone3");
  for (const name of late) expect(arm64.numbers[name], name).toBe(x64.numbers[name]);
});

describe.each<[string, Architecture, { neverGivenOut: readonly number[]; relic: SyscallName }]>([
  ["x86-64", x64, { neverGivenOut: [337, 423, 470, 471, 600, 5000, 0x3fffffff], relic: "modify_ldt" }],
  ["arm64", arm64, { neverGivenOut: [244, 259, 295, 423, 470, 471, 600, 5000, 0x3fffffff], relic: "nfsservctl" }],
])("on %s", (_name, architecture, { neverGivenOut, relic }) => {
  const program = compileFilter(architecture);

  const isThere = (name: SyscallName) => architecture.numbers[name] !== undefined;

  const numberOf = (name: SyscallName) => {
    const number = architecture.numbers[name];
    if (number === undefined) throw new Error(`there is no ${name}`);
    return number;
  };

  /** What the assembled filter answers to a raw call. */
  function answerTo(number: number, given: readonly bigint[] = [], auditArch = architecture.auditArch): Verdict {
    const { value } = interpret(program, { number, auditArch, arguments: padded(given) });
    const verdict = (Object.keys(returnValue) as Verdict[]).find((each) => returnValue[each] === value);
    if (verdict === undefined) throw new Error(`the filter returned ${value}`);
    return verdict;
  }

  const ask = (name: SyscallName, ...given: readonly number[]) => answerTo(numberOf(name), given.map(BigInt));

  describe("the filter of every box", () => {
    test("is a program that the kernel accepts, small and shallow", () => {
      verify(program);
      expect(program.length / instructionBytes).toBeLessThan(256);
      const depths = Array.from({ length: 601 }, (_, number) => {
        const call = { number, auditArch: architecture.auditArch, arguments: padded([]) };
        return interpret(program, call).steps;
      });
      expect(Math.max(...depths)).toBeLessThan(24);
    });

    test("agrees with the policy on every number, through every table, whatever is in the high halves", () => {
      for (const auditArch of [x64.auditArch, arm64.auditArch, i386, arm, 0]) {
        for (const base of [0, 0x40000000, 0x80000000]) {
          for (let number = base; number <= base + 600; number++) {
            for (const given of [[], Array(6).fill(0xffff_ffff_ffff_ffffn), Array(6).fill(0xdead_beef_0000_0001n)]) {
              const call = { number, auditArch, arguments: padded(given) };
              expect(answerTo(number, given, auditArch), `call ${number}`).toBe(decide(boxPolicy, architecture, call));
            }
          }
        }
      }
    });

    test("kills what comes through another table, and numbers below zero", () => {
      expect(answerTo(numberOf("read"))).toBe("ALLOW");
      for (const foreign of [i386, arm, architecture === x64 ? arm64.auditArch : x64.auditArch]) {
        for (const number of [0, 20, 63, 102, 310, 600]) expect(answerTo(number, [], foreign)).toBe("KILL_PROCESS");
      }
      expect(answerTo(0xffffffff)).toBe("KILL_PROCESS");
      // x32's, and on arm64 nobody's.
      expect(answerTo(0x40000000 + numberOf("getpid"))).toBe(architecture === x64 ? "KILL_PROCESS" : "ENOSYS");
    });

    test("answers ENOSYS to numbers that no kernel has given out yet", () => {
      for (const number of neverGivenOut) expect(answerTo(number)).toBe("ENOSYS");
    });
  });

  describe("what starting a program needs is allowed", () => {
    const parkedProcess =
      "read write openat openat2 mkdirat close fcntl setrlimit prlimit64 execve chdir dup2 exit_group dup3";
    const firstProcess = "read exit_group rt_sigaction wait4 waitid";
    test.each(
      [...new Set(`${parkedProcess} ${firstProcess}`.split(" "))].filter((name) =>
        isThere(name as SyscallName),
      ) as SyscallName[],
    )("%s", (name) => {
      expect(ask(name)).toBe("ALLOW");
    });
  });

  describe("denied calls", () => {
    const denied: [Verdict, string][] = [
      ["EPERM", "mount umount2 pivot_root chroot open_tree open_tree_attr fsopen fspick mount_setattr move_mount"],
      ["EPERM", "unshare setns ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp bpf perf_event_open"],
      ["EPERM", "userfaultfd init_module finit_module kexec_load open_by_handle_at fanotify_init sched_setattr"],
      ["EPERM", "reboot sethostname settimeofday clock_settime swapon acct iopl ioperm syslog ioprio_set"],
      ["EPERM", relic],
      ["EINVAL", "splice tee vmsplice"],
      ["ENOSYS", "clone3 io_uring_setup io_setup add_key keyctl request_key memfd_secret cachestat statmount"],
      ["ENOSYS", "mbind uretprobe lsm_list_modules landlock_create_ruleset remap_file_pages"],
    ];
    test.each(denied)("%s: %s", (verdict, calls) => {
      for (const name of (calls.split(" ") as SyscallName[]).filter(isThere)) expect(ask(name), name).toBe(verdict);
    });
  });

  describe("arguments", () => {
    const high = 1n << 32n;

    test("clone makes threads and processes, never namespaces", () => {
      const thread = 0x3d0f00;
      expect(ask("clone", thread)).toBe("ALLOW");
      expect(ask("clone", 17)).toBe("ALLOW");
      const namespaces = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];
      for (const flag of namespaces) {
        expect(ask("clone", flag | 17)).toBe("EPERM");
        expect(answerTo(numberOf("clone"), [high | BigInt(flag) | 17n])).toBe("EPERM");
      }
    });

    test.each(["socket", "socketpair"] as const)("%s has three families, no raw type, four protocols", (name) => {
      for (let family = 0; family < 50; family++) {
        const verdict = [1, 2, 10].includes(family) ? "ALLOW" : "EAFNOSUPPORT";
        expect(ask(name, family, 1)).toBe(verdict);
        expect(answerTo(numberOf(name), [high | BigInt(family), 1n])).toBe(verdict);
      }
      const nonblockingCloexec = 0x80800;
      for (let type = 1; type < 16; type++) {
        const verdict = type === 3 || type === 10 ? "EPERM" : "ALLOW";
        expect(ask(name, 2, type | nonblockingCloexec)).toBe(verdict);
        expect(answerTo(numberOf(name), [2n, high | BigInt(type)])).toBe(verdict);
      }
      for (const protocol of [0, 1, 6, 17]) expect(ask(name, 2, 1, protocol)).toBe("ALLOW");
      for (const protocol of [33, 115, 132, 136, 255, 256, 262]) {
        expect(ask(name, 2, 1, protocol)).toBe("EPROTONOSUPPORT");
      }
    });

    test("ioctl puts nothing into a terminal, with or without high bits", () => {
      for (const request of [0x5412, 0x541c, 0x541d, 0x5423]) {
        expect(ask("ioctl", 0, request)).toBe("EPERM");
        expect(answerTo(numberOf("ioctl"), [0n, high | BigInt(request)])).toBe("EPERM");
      }
      const [tcgets, fionread, fionbio] = [0x5401, 0x541b, 0x5421];
      for (const request of [tcgets, fionread, fionbio]) expect(ask("ioctl", 0, request)).toBe("ALLOW");
    });

    const onlyThese: [SyscallName, number, Verdict, readonly number[], readonly number[]][] = [
      // call, argument, verdict of the refused, allowed values, refused values
      ["personality", 0, "EPERM", [0, 8, 0x20000, 0x20008, 0x40000, 0xffffffff], [1, 4, 0x400000, 0x60000]],
      ["sched_setscheduler", 1, "EPERM", [0, 3, 5, 0x40000000, 0x40000003], [1, 2, 4, 6, 7, 0x40000001, 0x80000000]],
      ["fcntl", 1, "EPERM", [0, 1, 2, 3, 4, 6, 7, 1025, 1030, 1031, 1033], [1024, 1026]],
      ["prctl", 0, "EPERM", [1, 4, 15, 22, 38], [35]],
      ["prctl", 0, "EINVAL", [66, 68], [67]],
      ["madvise", 2, "EINVAL", [0, 4, 8, 14], [12]],
      ["mmap", 3, "ENOMEM", [0x2, 0x22, 0x4022, 0x20022], [0x40022, 0x54040022]],
      ["shmget", 2, "ENOMEM", [0, 0o1600], [0o4000, 0o5600]],
      ["memfd_create", 1, "ENOMEM", [0, 1, 3, 8], [4, 5, 0x54000004]],
    ];
    test.each(onlyThese)("%s looks at argument %i, else %s", (name, argument, refusal, allowed, refused) => {
      const at = (value: bigint) => answerTo(numberOf(name), [...Array(argument).fill(0n), value]);
      for (const value of allowed.map(BigInt)) expect([at(value), at(high | value)]).toEqual(["ALLOW", "ALLOW"]);
      for (const value of refused.map(BigInt)) expect([at(value), at(high | value)]).toEqual([refusal, refusal]);
    });
  });
});
