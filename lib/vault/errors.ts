/** The server, or the way to it, said no. The message says what happened, where, and what to do. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** The same request may go well in a while. */
  readonly retryable: boolean;

  constructor(
    message: string,
    options: { status?: number; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    if (options.status !== undefined) this.status = options.status;
    this.retryable = options.retryable ?? false;
  }
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
