/**
 * Runs the program of `jwt_command`, whose output is the JWT. It runs in the main thread, before the
 * plan is carried out, with a time limit and an environment of its own. Nothing of its output is shown.
 */
import type { AccessInput } from "../apply/session_once.ts";
import { CommandError, programPaths, runCommand, TIMED_OUT } from "../host/run_command.ts";
import type { VaultAccess } from "../vault/access/access.ts";
import { type Credentials, unusable } from "../vault/access/credentials.ts";

/** Puts the JWT in the place of the command. A failure matters only once that method is tried. */
export async function runJwtCommand<T extends AccessInput | VaultAccess>(access: T): Promise<T> {
  if ("problem" in access) return access;
  const { credentials, limits } = access;
  if (credentials.every(({ kind }) => kind !== "jwt-command")) return access;
  const ran = await Promise.all(credentials.map((by) => runOne(by, limits.answer)));
  return { ...access, credentials: ran };
}

async function runOne(by: Credentials, limit: number): Promise<Credentials> {
  if (by.kind !== "jwt-command") return by;
  const { mount, role, command: [program = "", ...args] } = by;
  const problem = (why: string) => unusable(`The program "${program}" of "jwt_command" ${why}`);
  try {
    const { code, stdout } = await runCommand(programPaths(program), args, limit);
    const jwt = stdout.trim();
    if (code === TIMED_OUT) {
      return problem(`did not end within ${limit / 1000} s, which is "timeout"; run it by hand`);
    }
    if (code !== 0) return problem(`ended with status ${code}; run it by hand to see why`);
    if (jwt === "") return problem("printed nothing; it must print the JWT");
    // Of a longer output only the beginning is known.
    if (!/^[\w.=+/-]{1,60000}$/.test(jwt)) {
      return problem("printed something else than a JWT; it must print the JWT and nothing else");
    }
    return { kind: "jwt", mount, role, jwt, from: `"${program}"` };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return unusable(`The JWT: ${error.message}; correct "jwt_command" under "auth"`);
  }
}
