/** One mistake in the file, as a person can act on it. */
export interface Problem {
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
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(problems.map((problem) => formatProblem(file, problem)).join("\n"));
    this.file = file;
    this.problems = problems;
  }
}

/**
 * `vcm.yaml:12:7 certs[0].deploy[1].mod: unknown key; did you mean "mode"?`
 *
 * @param main The file that a problem is in which names none.
 */
export function formatProblem(main: string, problem: Problem): string {
  const file = problem.file ?? main;
  const place = problem.line === undefined
    ? file
    : `${file}:${problem.line}:${problem.column ?? 1}`;
  return problem.key === ""
    ? `${place}: ${problem.message}`
    : `${place} ${problem.key}: ${problem.message}`;
}
