/** The code of an error, such as "EBUSY", or of the error that caused it; texts of errors differ by runtime. */
export function errorCode(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ("code" in one && typeof one.code === "string") return one.code;
  }
  return undefined;
}
