/** A command that could not be started or that ended badly, with what it said. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  constructor(message: string, readonly stderr: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What a command may be given beside its arguments. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment that the command inherits. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command without showing anything and returns its stdout; throws `CommandError` with its stderr. */
export async function runQuietly(
  [program, ...args]: readonly [string, ...string[]],
  options: CommandOptions = {},
): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args, stdin: "null", ...options }).output();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new CommandError(`Cannot start "${program}": it is not on this machine`, "", { cause });
  }
  const stdout = new TextDecoder().decode(output.stdout);
  const stderr = new TextDecoder().decode(output.stderr);
  if (!output.success) {
    const said = `${stdout}${stderr}`.trim();
    throw new CommandError(
      `"${program} ${args[0] ?? ""}" ended with ${output.code}:\n${said}`,
      stderr,
    );
  }
  return stdout;
}

/** Runs this same Deno quietly; an error then holds Deno's message and neither colours nor a stack. */
export function runDeno(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const env = { NO_COLOR: "1", RUST_BACKTRACE: "0", ...options.env };
  return runQuietly([Deno.execPath(), ...args], { ...options, env });
}
