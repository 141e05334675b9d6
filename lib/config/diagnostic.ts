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
  const file = diagnostic.file ?? main;
  const place = diagnostic.line === undefined
    ? file
    : `${file}:${diagnostic.line}:${diagnostic.column ?? 1}`;
  return diagnostic.key === ""
    ? `${place}: ${diagnostic.message}`
    : `${place} ${diagnostic.key}: ${diagnostic.message}`;
}
