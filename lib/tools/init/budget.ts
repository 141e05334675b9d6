/**
 * Limits for reading the configuration of a web server: it may include itself, or the whole host.
 */
import type { SiteNote } from "./types.ts";

/** Maximum nesting of blocks and included files. */
export const MAX_LEVELS = 100;

/** The problem of a deeper text. */
export const TOO_DEEP = `more than ${MAX_LEVELS} nested blocks`;

/** Far more than any host needs. A file has at most 4 MiB (host/regular_file.ts). */
const LIMITS = {
  files: { limit: 1_000, unit: "included files" },
  characters: { limit: 64 * 1024 * 1024, unit: "characters" },
  directives: { limit: 500_000, unit: "directives" },
  directories: { limit: 10_000, unit: "directories to list" },
  names: { limit: 100_000, unit: "names and certificates" },
} as const satisfies Readonly<Record<string, { readonly limit: number; readonly unit: string }>>;

/** Maximum matches of a pattern: one above the limit, so that reading the files notices it. */
export const MAX_PATHS = LIMITS.files.limit + 1;

export type Spending = keyof typeof LIMITS;

export class Budget {
  readonly #spent = new Map<Spending, number>();
  readonly #notes: SiteNote[];

  /** @param notes Gets one note for each exceeded limit. */
  constructor(notes: SiteNote[]) {
    this.#notes = notes;
  }

  /** Whether the limit allows this amount. @param at Where it is needed, `FILE:LINE` or a file. */
  take(what: Spending, at: string, amount = 1): boolean {
    const { limit, unit } = LIMITS[what];
    const before = this.#spent.get(what) ?? 0;
    const after = before + amount;
    this.#spent.set(what, after);
    if (after <= limit) return true;
    if (before <= limit) {
      const message = `more than ${limit.toLocaleString("en-US")} ${unit}; the rest is left out`;
      this.#notes.push({ at, message });
    }
    return false;
  }
}
