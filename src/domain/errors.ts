/**
 * The table of everything the engine can refuse or fail to do. A program's failure is never here: that is an outcome.
 * `status` is the HTTP status, `title` the problem's title, `retryable` whether the same request may succeed later.
 */
export const ERRORS = {
  bad_request: { status: 400, title: "The request is not valid HTTP", retryable: false },
  malformed_json: { status: 400, title: "The body is not valid JSON", retryable: false },
  not_utf8: { status: 400, title: "The text is not valid UTF-8", retryable: false },
  unauthorized: { status: 401, title: "A valid API key is required", retryable: false },
  forbidden_origin: { status: 403, title: "Requests from this origin are refused", retryable: false },
  unknown_language: { status: 404, title: "There is no such language", retryable: false },
  not_found: { status: 404, title: "There is nothing at this address", retryable: false },
  method_not_allowed: { status: 405, title: "This address does not support the method", retryable: false },
  request_timeout: { status: 408, title: "The request did not arrive in time", retryable: true },
  idempotency_conflict: { status: 409, title: "The key was used for another request", retryable: false },
  expired: { status: 410, title: "The result is no longer kept", retryable: false },
  too_large: { status: 413, title: "The request is too large", retryable: false },
  unsupported_media_type: { status: 415, title: "The content type is not supported", retryable: false },
  invalid_field: { status: 422, title: "A field is not valid", retryable: false },
  unknown_field: { status: 422, title: "There is no such field", retryable: false },
  limit_above_maximum: { status: 422, title: "A limit is above this server's maximum", retryable: false },
  not_supported_yet: { status: 422, title: "This is not supported yet", retryable: false },
  queue_full: { status: 429, title: "The queue is full", retryable: true },
  rate_limited: { status: 429, title: "Too many requests", retryable: true },
  headers_too_large: { status: 431, title: "The request's headers are too large", retryable: false },
  internal: { status: 500, title: "The engine failed", retryable: true },
  no_worker: { status: 503, title: "No worker can take the job", retryable: true },
  store_full: { status: 507, title: "There is no room for what has to be kept", retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

export type ErrorCode = keyof typeof ERRORS;

/** One field that is wrong: where (a JSON pointer, RFC 6901) and what would be right. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The engine cannot do what was asked. Becomes `application/problem+json`; never says anything of our inner state. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  /** Seconds after which the client may try again; for 429 and 503. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { fields?: readonly FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** This process takes nothing new; another one may, and so may its successor. */
export function stopping(): EngineError {
  return new EngineError("no_worker", "The server is stopping", { retryAfterSeconds: 1 });
}
