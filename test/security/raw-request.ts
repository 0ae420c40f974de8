import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/**
 * Sends what `fetch` would not: any header, and a body that is made while it is sent and may be refused on the way.
 * @param options.bytes the body's size, of the letter A.
 */
export async function sendRaw(
  url: string,
  options: { readonly method: string; readonly headers: OutgoingHttpHeaders; readonly bytes?: number },
): Promise<RawAnswer> {
  const sent = request(url, { method: options.method, headers: options.headers });
  const answered = new Promise<RawAnswer>((resolve, reject) => {
    sent.once("error", reject);
    sent.once("response", (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
  });
  // The answer may come first, and then the rest cannot be sent: the answer is what counts.
  pipeline(Readable.from(letters(options.bytes ?? 0)), sent).catch(() => undefined);
  return answered;
}

function* letters(bytes: number): Generator<Buffer> {
  const part = Buffer.alloc(65_536, "A");
  for (let left = bytes; left > 0; left -= part.length) yield part.subarray(0, Math.min(left, part.length));
}
