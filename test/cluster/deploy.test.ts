import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { SETTING_NAMES, variableOf } from "../../src/config/settings.ts";

const DEPLOY = new URL("../../deploy/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, DEPLOY), "utf8");

const VARIABLES = new Set(SETTING_NAMES.map(variableOf));

/** The capabilities that docs/containers.md gives a worker, each with its reason. */
function documentedCapabilities(): readonly string[] {
  const text = readFileSync(new URL("../../docs/containers.md", import.meta.url), "utf8");
  const named = [...text.matchAll(/^\| `--cap-add (\w+)`/gm)].map(([, name]) => String(name));
  const [, usual = ""] = /needs? as well: ([^.]*)\./.exec(text.replaceAll("\n", " ")) ?? [];
  return [...named, ...[...usual.matchAll(/`(\w+)`/g)].map(([, name]) => String(name))].toSorted();
}

test("the NATS configuration is one that the server accepts", () => {
  const { status, stderr } = spawnSync(
    "/usr/sbin/nats-server",
    ["-t", "-c", new URL("nats/nats.conf", DEPLOY).pathname],
    {
      env: { MILLRACE_GATEWAY_PASSWORD: "a", MILLRACE_WORKER_PASSWORD: "b" },
      encoding: "utf8",
    },
  );
  expect(status, stderr).toBe(0);
});

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly build?: { readonly target: string };
  readonly privileged?: boolean;
}

test("the compose file has a broker, a gateway without any right, and workers with the documented ones", () => {
  const { services } = parse(read("docker-compose.yaml"), { merge: true }) as { services: Record<string, Service> };
  expect(Object.keys(services)).toEqual(["nats", "gateway", "worker"]);
  const targets = [...read("Dockerfile").matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name);
  for (const name of ["gateway", "worker"]) {
    const service = services[name] as Service;
    expect(targets).toContain(service.build?.target);
    for (const variable of Object.keys(service.environment ?? {})) expect(VARIABLES).toContain(variable);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.privileged).toBeUndefined();
  }
  expect(services["gateway"]?.cap_add).toBeUndefined();
  expect(services["worker"]?.cap_add?.toSorted()).toEqual(documentedCapabilities());
});

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly env?: readonly { readonly name: string }[];
          readonly securityContext: { readonly capabilities: { readonly add?: readonly string[] } };
        }[];
      };
    };
  };
}

describe("the Kubernetes manifests", () => {
  const files = readdirSync(new URL("kubernetes/", DEPLOY));
  const manifests = files.flatMap((file) =>
    parseAllDocuments(read(`kubernetes/${file}`)).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    }),
  );
  const find = (kind: string, name: string) =>
    manifests.find((one) => one.kind === kind && one.metadata.name === name) as Manifest;

  test("each say what they are, and are all in the kustomization, or an alternative that it names", () => {
    for (const { apiVersion, kind, metadata } of manifests)
      expect([apiVersion, kind, metadata.name]).not.toContain(undefined);
    for (const file of files) expect(read("kustomization.yaml")).toContain(`kubernetes/${file}`);
  });

  test.each(["gateway", "worker"])("give a %s settings that there are", (name) => {
    const [container] = find("Deployment", name).spec.template.spec.containers;
    for (const variable of container?.env ?? []) expect(VARIABLES).toContain(variable.name);
  });

  test("give a worker the documented rights, and a gateway none", () => {
    const capabilities = (name: string) =>
      find("Deployment", name).spec.template.spec.containers[0]?.securityContext.capabilities.add?.toSorted();
    expect(capabilities("worker")).toEqual(documentedCapabilities());
    expect(capabilities("gateway")).toBeUndefined();
  });
});
