/** An answer as it came, and its limit. */
import { VaultError } from "../errors.ts";
import { readDate } from "./clock_difference.ts";

/**
 * An answer of the PKI secrets engine has a few KiB. Anything longer than this is something else.
 */
export const BODY_LIMIT = 1_048_576;

/** The error for an answer that is longer than BODY_LIMIT. */
export function tooLong(url: string): VaultError {
  return new VaultError(
    `The answer of "${new URL(url).origin}" is longer than ${BODY_LIMIT / 1024} KiB; ` +
      "is this a Vault server?",
  );
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly location?: string;
  readonly retryAfter?: string;
  /** When the server answered, by its own clock. */
  readonly serverTime?: Date;
  readonly body: string;
}

/** @param header Returns a header by its name in lower case. */
export function rawAnswer(
  status: number,
  header: (name: string) => string | null | undefined,
  body: string,
): RawAnswer {
  const location = header("location") ?? undefined;
  const retryAfter = header("retry-after") ?? undefined;
  const serverTime = readDate(header("date"));
  return {
    status,
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(serverTime === undefined ? {} : { serverTime }),
    body,
  };
}
