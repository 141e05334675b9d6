import { fileURLToPath } from "node:url";

/** A shell script of this directory that ends when it is told to, or when this process is gone. */
export interface TiedScript {
  /** Lets the script clean up and waits for its end. */
  close(): Promise<void>;
}

/** How a script is started. */
export interface TiedOptions {
  /** Added to PATH, which is all that a script has without. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command, with its arguments, that starts the script's shell. */
  readonly by?: readonly string[];
}

/**
 * Starts a script that cleans up once its stdin is closed. However a test run ends, even killed,
 * the kernel closes that pipe, so that nothing which was started outlives the tests.
 */
export function startTied(
  script: string,
  args: readonly string[],
  { env = {}, by = [] }: TiedOptions = {},
): TiedScript {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const [program, ...rest] = [...by, "/bin/sh", path, ...args] as [string, ...string[]];
  const child = new Deno.Command(program, {
    args: rest,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
  }).spawn();
  return {
    async close() {
      await child.stdin.close();
      await child.status;
    },
  };
}
