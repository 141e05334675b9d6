/** Errors in the configuration file, and the keys that they point at. */
import { looksLikeToken } from "../text/quote.ts";

/** One error in the configuration file. */
export interface Diagnostic {
  /** The included file with the error; absent for the main file. */
  readonly file?: string;
  /** One-based; absent if the error has no place, as for an unreadable file. */
  readonly line?: number;
  readonly column?: number;
  /** Path of the key, `certs[0].deploy[1].mode`; empty for the whole file. */
  readonly key: string;
  /** What is wrong and what is expected. */
  readonly message: string;
}

/** The file cannot be used; carries every diagnostic. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];

  constructor(file: string, diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => formatDiagnostic(file, diagnostic)).join("\n"));
    this.file = file;
    this.diagnostics = diagnostics;
  }
}

/**
 * `vcm.yaml:12:7 certs[0].deploy[1].mod: unknown key; did you mean "mode"?`
 *
 * @param main The file of a diagnostic that names none.
 */
export function formatDiagnostic(main: string, diagnostic: Diagnostic): string {
  const { file = main, line, column = 1, key, message } = diagnostic;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return key === "" ? `${place}: ${message}` : `${place} ${key}: ${message}`;
}

/** The path from the top of the file to a key or a list entry: `["certs", 0, "deploy", 1, "mode"]`. */
export type KeyPath = readonly (string | number)[];

/** A diagnostic whose line and column are not known yet. */
export interface KeyDiagnostic {
  readonly path: KeyPath;
  readonly message: string;
  /** Points at the key and not at its value, as for an unknown key. */
  readonly atKey?: boolean;
  /** The other key of a clash; it is added to the message, with its line. */
  readonly other?: KeyPath | undefined;
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
