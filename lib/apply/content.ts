/** What is written into targets. */
import { randomBytes } from "node:crypto";
import { plainContent } from "../certificate/plain_content.ts";
import type { Part } from "../certificate/types.ts";
import { readPassword } from "../observe/password_file.ts";
import type { TargetStep } from "../plan/types.ts";

/**
 * Makes the contents of a certificate's targets. What seals them with a password is loaded only where
 * one of them has a password.
 *
 * @param part Text of a file of the set; what it throws is thrown when a content is made.
 *
 * @returns A function that throws Error in plain words where a password cannot be had.
 */
export async function contentMaker(
  targets: readonly TargetStep[],
  name: string,
  part: (part: Part) => string,
): Promise<(target: TargetStep) => string | Uint8Array> {
  const encrypted = targets.some(({ passwordFile }) => passwordFile !== undefined)
    ? await import("../certificate/encrypted.ts")
    : undefined;
  return (format) => {
    if (encrypted === undefined || format.passwordFile === undefined) {
      return plainContent(format, part);
    }
    const password = readPassword(format.passwordFile).reveal();
    return encrypted.encryptTarget({ format, name, part, password }, randomBytes);
  };
}
