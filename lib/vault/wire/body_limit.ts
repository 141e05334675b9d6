/** The largest answer that is read. */
import { VaultError } from "../errors.ts";

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
