/** The content of targets, encrypted if they have a password. */
import { randomBytes } from "node:crypto";
import { plainContent } from "../certificate/plain_content.ts";
import type { StoredPart } from "../certificate/types.ts";
import { readPassword } from "../observe/password_file.ts";
import type { FileStep, TargetStep } from "../plan/target_types.ts";

/**
 * Makes the content of targets. Encryption is loaded only if one of them has a password.
 *
 * @param part Text of a file of the set; its errors are thrown when a content is made.
 * @returns A function that throws Error with a message for users if a password cannot be read.
 */
export async function contentMaker(
  targets: readonly TargetStep[],
  name: string,
  part: (part: StoredPart) => string,
): Promise<(target: FileStep) => string | Uint8Array> {
  const encrypted = targets.some(({ passwordFile }) => passwordFile !== undefined)
    ? await import("../certificate/encrypted.ts")
    : undefined;
  return (format) => {
    if (!encrypted || format.passwordFile === undefined) return plainContent(format, part);
    const password = readPassword(format.passwordFile).reveal();
    return encrypted.encryptTarget({ format, name, part, password }, randomBytes);
  };
}
