/** Passwords of encrypted targets, each in a file that only its owner can open. */
import { plainCause } from "../text/plain_cause.ts";
import { type FileText, openSecret, readRegularFile } from "../host/regular_file.ts";
import { Secret } from "../text/secret.ts";

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
      `The password file "${path}" holds more than one line, or characters that are not printable ` +
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
