/** The system's errors: their messages and codes. */

/** The system's error message, without the call and the number that the runtime adds. */
export function plainCause(error: unknown): string {
  // The runtime's message explains how to compile the program.
  if (error instanceof Error && error.name === "NotCapable") {
    return "VCM itself is not permitted to do this";
  }
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/ \(os error \d+\).*$/s, "")
    .replace(/^(?:E[A-Z]+: )/, "")
    .replace(/, [a-z]+(?: '.*)?$/s, "")
    .replace(/^./, (letter) => letter.toLowerCase());
}

/**
 * The code of an error, such as "EBUSY", or of the error that caused it. Messages differ by runtime.
 */
export function errorCode(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ("code" in one && typeof one.code === "string") return one.code;
  }
  return undefined;
}
