/**
 * Passwords of the targets that have one, and what opens them. Loaded only where there is such a
 * target.
 */
import { judgeEncrypted } from "../certificate/encrypted.ts";
import type { Secret } from "../text/secret.ts";
import type { Format } from "../certificate/types.ts";
import type { Encryption } from "./expected.ts";
import { readPassword } from "./password_file.ts";

/** What is needed to open a target, or why it cannot be had; `undefined` where it has no password. */
export type EncryptionOf = (
  format: Format,
) => Encryption | { readonly problem: string } | undefined;

/** Reads each password file once. */
export function encryptionReader(): EncryptionOf {
  const known = new Map<string, Secret | { readonly problem: string }>();
  return ({ passwordFile }) => {
    if (passwordFile === undefined) return undefined;
    const password = known.get(passwordFile) ?? tryRead(passwordFile);
    known.set(passwordFile, password);
    return "problem" in password ? password : { judge: judgeEncrypted, password };
  };
}

function tryRead(path: string): Secret | { readonly problem: string } {
  try {
    return readPassword(path);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
