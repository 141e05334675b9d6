import { looksLikeToken } from "../text/quote.ts";

/** The way from the top of the file to a key or a list entry: `["certs", 0, "deploy", 1, "mode"]`. */
export type KeyPath = readonly (string | number)[];

/** A mistake found in the tree, before its line and column are known. */
export interface KeyDiagnostic {
  readonly path: KeyPath;
  readonly message: string;
  /** Points at the key even where there is a value: an unknown key is wrong whatever it holds. */
  readonly atKey?: boolean;
  /** The other half of a clash; its key and line are added to the message. */
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
 * A key as a message may show it. `{vault_secret_id:"s.123"}`, the space forgotten, is to YAML one
 * long key that holds the secret; so a key is shown up to its first character that no key of ours has.
 */
export function shownKey(key: string): string {
  if (looksLikeToken(key)) return "[redacted]";
  // No literal: it would cost every run that loads this file, and few come here.
  const plain = new RegExp("^[\\p{L}\\p{N}_.\\-]{0,64}", "u").exec(key)?.[0] ?? "";
  return plain === key && key !== "" ? key : `${plain}…`;
}
