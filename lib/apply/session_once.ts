/** Opens one session for a whole run, when the first certificate needs it. */
import type { VaultAccess } from "../vault/access/access.ts";
import { openSession, type VaultSession } from "../vault/session/session.ts";
import type { Emit } from "./events.ts";
import { reserveFile } from "./reserved_file.ts";

/** How to reach the server and log in, or why that is not possible. */
export type AccessInput = VaultAccess | { readonly problem: string };

export class SessionOnce {
  readonly #access: AccessInput;
  readonly #emit: Emit;
  #opening: Promise<VaultSession> | undefined;

  constructor(access: AccessInput, emit: Emit) {
    this.#access = access;
    this.#emit = emit;
  }

  /** Throws the same VaultError to all callers: a server that is down is asked once. */
  get(): Promise<VaultSession> {
    return this.#opening ??= this.#open();
  }

  async close(): Promise<void> {
    try {
      await (await this.#opening)?.close();
    } catch {
      return; // It could not be opened, and all callers of get() have the error.
    }
  }

  async #open(): Promise<VaultSession> {
    if ("problem" in this.#access) throw new Error(this.#access.problem);
    return await openSession(this.#access, {
      note: (message) => this.#emit({ kind: "warning", subject: "login", message }),
      reserve: reserveFile,
    });
  }
}
