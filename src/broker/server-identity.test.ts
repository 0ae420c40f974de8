import type { PeerCertificate } from "node:tls";
import { expect, it } from "vitest";
import { createIdentityCheck } from "./server-identity.ts";

const certificate = (subjectaltname: string) => ({ subject: {}, subjectaltname }) as unknown as PeerCertificate;
const isFor = (servers: readonly string[], host: string, names: string) =>
  createIdentityCheck(servers)(host, certificate(names)) === undefined;

it("asks the certificate of a server that is given by its address for that address", () => {
  const servers = ["tls://10.0.0.1:4222", "tls://[fd00::1]:4222"];
  expect(isFor(servers, "localhost", "IP Address:10.0.0.1")).toBe(true);
  expect(isFor(servers, "localhost", "IP Address:FD00:0:0:0:0:0:0:1")).toBe(true);
  expect(isFor(servers, "localhost", "IP Address:10.0.0.2")).toBe(false);
  expect(isFor(servers, "localhost", "DNS:localhost")).toBe(false);
});

it("asks that of a server with a name for the name", () => {
  const servers = ["tls://nats.example:4222", "tls://10.0.0.1:4222"];
  expect(isFor(servers, "nats.example", "DNS:nats.example")).toBe(true);
  expect(isFor(servers, "nats.example", "IP Address:10.0.0.1")).toBe(false);
  expect(isFor(["tls://localhost:4222"], "localhost", "DNS:localhost")).toBe(true);
  expect(isFor(["tls://nats.example:4222"], "localhost", "DNS:nats.example")).toBe(false);
});
