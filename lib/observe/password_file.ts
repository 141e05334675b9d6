/** Passwords of encrypted targets, each in a file that only its owner can open. */
import { plainCause } from "../text/plain_cause.ts";
import { type FileText, openSecret, readRegularFile } from "../host/regular_file.ts";
import { Secret } from "../text/secret.ts";
import type { Format } from "../certificate/types.ts";
import type { Encryption } from "./expected.ts";

/**
 * The only line of a password file, without the line break.
 *
 * Throws Error in plain words that names the file and the fix, and never the content.
 */
export function readPassword(path: string): Secret {
  const { text, mode } = readNamed(path);
  const open = openSecret(path, mode);
  if (open !== undefined) throw new Error(open);
  const line = text.replace(/\r?\n$/, "");
  if (line === "") {
    throw new Error(
      `The password file "${path}" is empty; write the password into it, in one line`,
    );
  }
  // Java accepts only these, and programs disagree on the encoding of others.
  if (!/^[\x20-\x7e]+$/.test(line)) {
    throw new Error(
      `The password file "${path}" contains more than one line, or characters that are not printable ` +
        "ASCII; make it one line of letters, digits and signs",
    );
  }
  return new Secret(line);
}

function readNamed(path: string): FileText {
  try {
    return readRegularFile(path);
  } catch (error) {
    throw new Error(
      `Cannot read the password file "${path}": ${
        plainCause(error)
      }; write the password into it, ` +
        "in one line, with mode 0600",
      { cause: error },
    );
  }
}

/** What opens a target, or why its password cannot be read; `undefined` if it is not encrypted. */
export type EncryptionOf = (
  format: Format,
) => Encryption | { readonly problem: string } | undefined;

/** Reads each password file once. */
export function encryptionReader(compare: Encryption["compare"]): EncryptionOf {
  const known = new Map<string, Secret | { readonly problem: string }>();
  return ({ passwordFile }) => {
    if (passwordFile === undefined) return undefined;
    const password = known.get(passwordFile) ?? tryRead(passwordFile);
    known.set(passwordFile, password);
    return "problem" in password ? password : { compare, password };
  };
}

function tryRead(path: string): Secret | { readonly problem: string } {
  try {
    return readPassword(path);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
