import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Deployment } from "kubernetes-types/apps/v1.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { consumerOf, JOBS } from "../../src/broker/layout.ts";
import { SETTING_NAMES, variableOf } from "../../src/config/settings.ts";
import { PRIORITIES } from "../../src/domain/execution.ts";
import { ROLES } from "../../src/domain/node.ts";
import { CLOSE_DEADLINE_MS } from "../../src/main/compose.ts";
import { DRAIN_MS } from "../../src/main/stopping.ts";

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

/** The stages of the Dockerfile: each is an image. */
const STAGES = [...read("Dockerfile").matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => String(name));

test("the Dockerfile copies what there is, and starts what there is", () => {
  const text = read("Dockerfile");
  // What is built is not there yet; its source is.
  const sources = { dist: "src", node_modules: "package.json" } as Readonly<Record<string, string>>;
  const copied = [...text.matchAll(/^COPY --from=build \/src\/(\S+) /gm)].map(([, path]) => String(path));
  expect(copied.length).toBeGreaterThan(5);
  for (const path of copied) expect(existsSync(new URL(`../${sources[path] ?? path}`, DEPLOY)), path).toBe(true);
  const started = [...text.matchAll(/\/opt\/millrace\/dist\/([\w/]+)\.js/g)].map(([, path]) => `../src/${path}.ts`);
  for (const path of started) expect(existsSync(new URL(path, DEPLOY)), path).toBe(true);
  for (const [, command] of text.matchAll(/^CMD \["(\w+)"\]$/gm)) expect(ROLES).toContain(command);
});

test("what the compose file mounts is there, and what it publishes is listened on", () => {
  const { services, volumes, networks } = parse(read("docker-compose.yaml"), { merge: true });
  for (const { volumes: mounted = [], networks: joined, ports = [] } of Object.values<Mounting>(services)) {
    for (const mount of mounted) {
      const [source = ""] = mount.split(":");
      expect(source.startsWith("./") ? existsSync(new URL(source, DEPLOY)) : source in volumes, mount).toBe(true);
    }
    for (const network of joined) expect(networks).toHaveProperty(network);
    for (const port of ports) expect(port).toMatch(/:8080$/);
  }
  // Where the server keeps its data, and finds its configuration, is what is mounted.
  expect(services.nats.volumes.map((mount: string) => mount.split(":")[1])).toEqual(["/etc/nats", "/data"]);
  expect(read("nats/nats.conf")).toContain('store_dir: "/data"');
});

interface Mounting {
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
}

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
  for (const name of ["gateway", "worker"]) {
    const service = services[name] as Service;
    expect(STAGES).toContain(service.build?.target);
    for (const variable of Object.keys(service.environment ?? {})) expect(VARIABLES).toContain(variable);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.privileged).toBeUndefined();
  }
  expect(services["gateway"]?.cap_add).toBeUndefined();
  expect(services["worker"]?.cap_add?.toSorted()).toEqual(documentedCapabilities());
});

/** Any of them; what is read of one is what a deployment has, and a service. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: NonNullable<Deployment["spec"]> & {
    readonly ports?: readonly { readonly port: number; readonly targetPort?: number }[];
  };
}

/** What a manifest of such a kind has to be, as Kubernetes' own definitions have it. */
function typesOf(manifests: readonly Manifest[]): string {
  const lines = manifests.map(({ apiVersion, kind }, index) => {
    const module = apiVersion.includes("/") ? apiVersion.replace(/^(\w+)(\.[\w.]+)?\//, "$1/") : `core/${apiVersion}`;
    return `import type { ${kind} as Kind${index} } from "kubernetes-types/${module}.js";\nexport const manifest${index}: Kind${index} = ${JSON.stringify(manifests[index])};`;
  });
  return lines.join("\n");
}

/** @returns what is wrong with them; nothing when all is well. */
function checkTypes(manifests: readonly Manifest[]): string {
  const directory = mkdtempSync(new URL("../../node_modules/.manifests-", import.meta.url).pathname);
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(`${directory}/manifests.ts`, typesOf(manifests));
  const compilerOptions = { noEmit: true, strict: true, skipLibCheck: true, module: "nodenext", types: [] };
  writeFileSync(`${directory}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ["manifests.ts"] }));
  const tsc = new URL("../../node_modules/typescript/bin/tsc", import.meta.url).pathname;
  return spawnSync(process.execPath, [tsc, "-p", directory], { encoding: "utf8" }).stdout;
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

  function containerOf(deployment: string) {
    const container = find("Deployment", deployment).spec.template.spec?.containers[0];
    if (container === undefined) throw new Error(`${deployment} has no container`);
    return container;
  }

  test("are what Kubernetes has for their kinds, and wrong ones would be noticed", () => {
    // KEDA's kinds are its own.
    const known = manifests.filter(({ apiVersion }) => !apiVersion.startsWith("keda.sh/"));
    expect(known.length).toBe(manifests.length - 1);
    expect(checkTypes(known)).toBe("");
    const gateway = find("Deployment", "gateway");
    const wrong = { ...gateway, spec: { ...gateway.spec, replicsa: 2 } };
    expect(checkTypes([wrong])).toContain("replicsa");
  });

  test("speak of each other by the names that they have", () => {
    const text = files.map((file) => read(`kubernetes/${file}`)).join("\n");
    for (const [, name] of text.matchAll(/scaleTargetRef: \{.*name: (\w+) \}/g))
      expect(find("Deployment", String(name))).toBeDefined();
    for (const [, host] of text.matchAll(/"nats:\/\/(\w+):4222"/g)) expect(find("Service", String(host))).toBeDefined();
    for (const { kind, metadata, spec } of manifests.filter(({ kind: one }) => one === "Service")) {
      const served = manifests.find(
        (one) => one.kind !== kind && one.spec?.template?.metadata?.labels?.["app"] === metadata.name,
      );
      const ports = served?.spec.template.spec?.containers
        .flatMap((one) => one.ports ?? [])
        .map((one) => one.containerPort);
      for (const { port, targetPort = port } of spec.ports ?? []) expect(ports).toContain(targetPort);
    }
    for (const role of ROLES) {
      const { args, image, ports, livenessProbe, readinessProbe } = containerOf(role);
      expect([args, image]).toEqual([[role], `millrace-${role}`]);
      expect(STAGES).toContain(role);
      for (const probe of [livenessProbe, readinessProbe]) expect(probe?.httpGet?.port).toBe(ports?.[0]?.containerPort);
    }
    // What is mounted is one of the volumes, and the broker's are where its configuration looks.
    for (const { spec } of manifests.filter(({ spec: one }) => one?.template !== undefined)) {
      const volumes = [...(spec.template.spec?.volumes ?? []), ...claimsOf(spec)].map(({ name }) => name);
      for (const { volumeMounts = [] } of spec.template.spec?.containers ?? [])
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
    const consumer = /consumer: (\S+)/.exec(text)?.[1];
    expect(PRIORITIES.map((priority) => consumerOf("python-3_11_2", priority))).toContain(consumer);
    expect(text).toContain(`stream: ${JOBS}`);
  });

  test("each say what they are, and are all in the kustomization, or an alternative that it names", () => {
    for (const { apiVersion, kind, metadata } of manifests)
      expect([apiVersion, kind, metadata.name]).not.toContain(undefined);
    const kustomization = read("kustomization.yaml");
    for (const file of files) expect(kustomization).toContain(`kubernetes/${file}`);
    expect(parse(kustomization).images.map(({ name }: { name: string }) => name)).toEqual(
      ROLES.map((role) => containerOf(role).image),
    );
  });

  test.each(["gateway", "worker"])("give a %s settings that there are", (name) => {
    for (const variable of containerOf(name).env ?? []) expect(VARIABLES).toContain(variable.name);
  });

  test.each(["gateway", "worker"])("give a %s time to begin, and longer to end than it takes to drain", (name) => {
    const container = containerOf(name);
    const pauseS = Number(container.lifecycle?.preStop?.exec?.command?.at(-1) ?? 0);
    const graceS = find("Deployment", name).spec.template.spec?.terminationGracePeriodSeconds ?? 0;
    expect(graceS).toBeGreaterThanOrEqual(pauseS + (DRAIN_MS + CLOSE_DEADLINE_MS) / 1_000);
    expect(container.startupProbe?.httpGet).toEqual(container.livenessProbe?.httpGet);
  });

  test("demand nothing that Kubernetes refuses without user namespaces, in which there are no ids for boxes", () => {
    const { spec } = find("Deployment", "worker").spec.template;
    expect([spec?.hostUsers, containerOf("worker").securityContext?.procMount]).toEqual([undefined, undefined]);
  });

  test("give a worker the documented rights, and a gateway none", () => {
    const capabilities = (name: string) => containerOf(name).securityContext?.capabilities?.add?.toSorted();
    expect(capabilities("worker")).toEqual(documentedCapabilities());
    expect(capabilities("gateway")).toBeUndefined();
  });
});

function claimsOf(spec: object): readonly { readonly name: string }[] {
  const { volumeClaimTemplates = [] } = spec as { volumeClaimTemplates?: { metadata: { name: string } }[] };
  return volumeClaimTemplates.map(({ metadata }) => metadata);
}
