/** The `openssl` of the machine, for what the runtime cannot make or ask for itself. */

const missing = await hasOpenssl() ? undefined : "no openssl on this machine";

/** Registers a test that needs it; without it the test is skipped, with a line that says so. */
export function opensslTest(name: string, fn: () => void | Promise<void>): void {
  if (missing !== undefined) console.error(`Skipped "${name}": ${missing}`);
  Deno.test({ name, fn, ignore: missing !== undefined });
}

async function hasOpenssl(): Promise<boolean> {
  try {
    return (await new Deno.Command("openssl", { args: ["version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}
