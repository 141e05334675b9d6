/** A request to the server failed. The message says what happened, where, and what to do. */
export class VaultError extends Error {
  override readonly name: string = "VaultError";
  /** HTTP status, if the server answered. */
  readonly status?: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** The server may have carried the request out, but its answer did not arrive. */
  readonly lost: boolean;

  constructor(
    message: string,
    options: { status?: number; retryable?: boolean; lost?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    if (options.status !== undefined) this.status = options.status;
    this.retryable = options.retryable ?? false;
    this.lost = options.lost ?? false;
  }
}

/** The request did not reach the server. The cause says why. */
export class NotSentError extends Error {
  override readonly name = "NotSentError";
  constructor(cause: unknown) {
    super("The request was not sent", { cause });
  }
}

/** The server issued a certificate that cannot be used, or that this host could not even stage. */
export class WastedAnswerError extends VaultError {
  override readonly name = "WastedAnswerError";
}
