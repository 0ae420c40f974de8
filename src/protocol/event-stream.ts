import type { ExecutionResult, RunResult } from "../domain/execution.ts";
import { toResponse, toRunResponse, toText } from "./to-response.ts";

/** Something that has happened to an execution, as it is told to whoever follows it. */
type ToldEvent =
  | { readonly kind: "queued" }
  | { readonly kind: "started"; readonly node: string }
  | { readonly kind: "compile"; readonly result: RunResult }
  | { readonly kind: "stdout" | "stderr"; readonly bytes: Uint8Array };

/** Of the last event: nothing comes after it. */
export const DONE_EVENT_ID = "done";

/** A comment: readers ignore it. */
export const KEEP_ALIVE = ":\n\n";

/** The text of an event, by the rules of server-sent events. */
export function toEventText(event: ToldEvent, id: string): string {
  return toMessage(id, event.kind, dataOf(event));
}

export function toDoneText(result: ExecutionResult): string {
  return toMessage(DONE_EVENT_ID, "done", toResponse(result));
}

function dataOf(event: ToldEvent): object {
  switch (event.kind) {
    case "queued":
      return {};
    case "started":
      return { node: event.node };
    case "compile":
      return toRunResponse(event.result);
    default: {
      const { text, encoding } = toText(event.bytes, false);
      return { content: text, encoding };
    }
  }
}

/** JSON has no line breaks, so that the data is one line. */
function toMessage(id: string, kind: string, data: object): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
