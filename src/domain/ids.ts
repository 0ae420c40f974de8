import type { UUID } from "node:crypto";

declare const brand: unique symbol;

/** An execution's id: `exe_` and 32 hexadecimal digits, 122 of their bits random. */
export type ExecutionId = `exe_${string}` & { readonly [brand]: "ExecutionId" };

/** A node's id: `node_` and 32 hexadecimal digits. */
export type NodeId = `node_${string}` & { readonly [brand]: "NodeId" };

/** @param uuid a random (version 4) UUID, given by the caller so that this module stays pure. */
export function executionId(uuid: UUID): ExecutionId {
  return `exe_${uuid.replaceAll("-", "")}` as ExecutionId;
}

/** @param uuid a random (version 4) UUID. */
export function nodeId(uuid: UUID): NodeId {
  return `node_${uuid.replaceAll("-", "")}` as NodeId;
}
