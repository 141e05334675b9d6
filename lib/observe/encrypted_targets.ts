/** Passwords of encrypted targets. Loaded only if there is such a target. */
import { judgeEncrypted } from "../certificate/encrypted.ts";
import type { Secret } from "../text/secret.ts";
import type { Format } from "../certificate/types.ts";
import type { Encryption } from "./expected.ts";
import { readPassword } from "./password_file.ts";

/** What opens a target, or why its password cannot be read; `undefined` if it is not encrypted. */
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
