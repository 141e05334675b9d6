import { looksLikeToken } from "../text/quote.ts";

/** The path from the top of the file to a key or a list entry: `["certs", 0, "deploy", 1, "mode"]`. */
export type KeyPath = readonly (string | number)[];

/** A diagnostic whose line and column are not known yet. */
export interface KeyDiagnostic {
  readonly path: KeyPath;
  readonly message: string;
  /** Points at the key and not at its value, as for an unknown key. */
  readonly atKey?: boolean;
  /** The other key of a clash; it is added to the message, with its line. */
  readonly other?: KeyPath;
}

/** `certs[0].deploy[1].mode`. */
export function formatKeyPath(path: KeyPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? shownKey(step) : `.${shownKey(step)}`;
  }
  return text;
}

/**
 * A key as a message may show it. In YAML, `{vault_secret_id:"s.123"}` without the space is one long
 * key that contains the secret, so a key is cut at the first character that no key of VCM has.
 */
export function shownKey(key: string): string {
  if (looksLikeToken(key)) return "[redacted]";
  // Not a literal, which every run would compile at load.
  const plain = new RegExp("^[\\p{L}\\p{N}_.\\-]{0,64}", "u").exec(key)?.[0] ?? "";
  return plain === key && key !== "" ? key : `${plain}…`;
}
