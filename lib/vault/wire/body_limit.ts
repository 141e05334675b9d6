/** How much an answer may be. */
import { VaultError } from "../errors.ts";

/** An answer of the PKI engine has a few KiB; whatever sends more bytes is something else. */
export const BODY_LIMIT = 1_048_576;

/** The error for an answer that goes on beyond BODY_LIMIT. */
export function tooLong(url: string): VaultError {
  return new VaultError(
    `The answer of "${new URL(url).origin}" is longer than ${BODY_LIMIT / 1024} KiB; ` +
      "is this a Vault server?",
  );
}
