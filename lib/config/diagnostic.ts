/** One mistake in the file, as a person can act on it. */
export interface Diagnostic {
  /** The included file that it is in; absent for the main file. */
  readonly file?: string;
  /** One-based; absent where the mistake has no place, such as an unreadable file. */
  readonly line?: number;
  readonly column?: number;
  /** Path of the key, `certs[0].deploy[1].mode`; empty for the whole file. */
  readonly key: string;
  /** What is wrong and what would be right. */
  readonly message: string;
}

/** The file cannot be used; carries every mistake found in it. */
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
 * @param main The file that a diagnostic is in which names none.
 */
export function formatDiagnostic(main: string, diagnostic: Diagnostic): string {
  const file = diagnostic.file ?? main;
  const place = diagnostic.line === undefined
    ? file
    : `${file}:${diagnostic.line}:${diagnostic.column ?? 1}`;
  return diagnostic.key === ""
    ? `${place}: ${diagnostic.message}`
    : `${place} ${diagnostic.key}: ${diagnostic.message}`;
}
