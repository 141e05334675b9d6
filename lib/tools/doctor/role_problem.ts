/** What a role is, and what can be said against it. */

/** A role as the server gives it. */
export type Role = Readonly<Record<string, unknown>>;

/** One thing that will not come out as the file asks. */
export interface RoleProblem {
  /** Whether nothing is issued, or something else than was asked for. */
  readonly fatal: boolean;
  readonly message: string;
}

/** One because of which nothing is issued, or nothing that can be used. */
export function fatal(message: string): RoleProblem {
  return { fatal: true, message };
}

/** A list of the role, or none. */
export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
