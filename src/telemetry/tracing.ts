/** What is said of a stretch of time. Never what a program is, reads or prints. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A stretch of time in the way of an execution: the request, its wait, its runs. */
export interface Span {
  /** @param options.beganAtMs milliseconds since the epoch; now when absent. */
  child(name: string, options?: { readonly beganAtMs?: number; readonly attributes?: Attributes }): Span;
  /** To be called once. @param options.isError whether Millrace is at fault; a program that failed is no error. */
  end(options?: { readonly attributes?: Attributes; readonly isError?: boolean }): void;
  /** What another process needs to go on with it, as W3C Trace Context writes it; null when nobody traces it. */
  readonly traceparent: string | null;
}

/** Tells a collector of traces how executions went from the request to the box. */
export interface Tracing {
  /** Begins a request. @param options.traceparent what its client sent; goes on with the client's trace. */
  serve(name: string, options: { readonly traceparent: string | null; readonly attributes: Attributes }): Span;
  /** Goes on with what another process began. @param traceparent null, or anything that is none, is traced by nobody. */
  follow(traceparent: string | null): Pick<Span, "child">;
  /** Sends what has not been sent, as far as that takes little time. */
  close(): Promise<void>;
}

/** Traces a piece of work. @param describe what is said of what came of it. */
export async function traced<Done>(
  parent: Pick<Span, "child">,
  name: string,
  work: (span: Span) => Promise<Done>,
  describe: (done: Done) => Attributes = () => ({}),
): Promise<Done> {
  const span = parent.child(name);
  try {
    const done = await work(span);
    span.end({ attributes: describe(done) });
    return done;
  } catch (error) {
    span.end({ isError: true });
    throw error;
  }
}

/** Traces nothing. */
export const NO_SPAN: Span = { child: () => NO_SPAN, end: () => undefined, traceparent: null };

/** Where nobody collects traces. */
export const NO_TRACING: Tracing = { serve: () => NO_SPAN, follow: () => NO_SPAN, close: async () => undefined };
