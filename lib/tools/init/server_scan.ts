/** What one web server uses, within limits: its files may include themselves, or the whole host. */
import type { CertificateUse, Gathered, Program, SiteReader } from "./types.ts";

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
} as const;

/** Maximum matches of a pattern: one above the limit, so that reading the files notices it. */
export const MAX_PATHS = LIMITS.files.limit + 1;

/** A certificate and its files. */
export type UsedSet = Pick<CertificateUse, "certificate" | "files">;

export class ServerScan {
  readonly reader: SiteReader;
  readonly gathered: Gathered = { uses: [], notes: [] };
  readonly #taken = new Map<keyof typeof LIMITS, number>();

  constructor(reader: SiteReader) {
    this.reader = reader;
  }

  /** @param at `FILE:LINE` or a file. */
  note(at: string, message: string): void {
    this.gathered.notes.push({ at, message });
  }

  /** @param used What is used there, or why it cannot be used. */
  add(program: Program, at: string, names: readonly string[], used: UsedSet | string): void {
    if (typeof used === "string") this.note(at, used);
    else this.gathered.uses.push({ program, at, names, ...used });
  }

  /**
   * Whether the limit allows this amount. Notes once that it does not.
   *
   * @param at Where it is needed, `FILE:LINE` or a file.
   */
  take(what: keyof typeof LIMITS, at: string, amount = 1): boolean {
    const { limit, unit } = LIMITS[what];
    const before = this.#taken.get(what) ?? 0;
    const after = before + amount;
    this.#taken.set(what, after);
    if (before <= limit && after > limit) {
      this.note(at, `more than ${limit.toLocaleString("en-US")} ${unit}; the rest is left out`);
    }
    return after <= limit;
  }
}
