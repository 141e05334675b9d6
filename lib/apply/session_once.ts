/** Opens one session for a whole run, when the first certificate needs it and not before. */
import type { VaultAccess } from "../vault/access/access.ts";
import { openSession, type VaultSession } from "../vault/session/session.ts";
import type { Emit } from "./events.ts";
import { reserveFile } from "./reserved_file.ts";

/** The way to the server, or why there is none. */
export type AccessInput = VaultAccess | { readonly problem: string };

export class SessionOnce {
  readonly #access: AccessInput;
  readonly #emit: Emit;
  #opening: Promise<VaultSession> | undefined;

  constructor(access: AccessInput, emit: Emit) {
    this.#access = access;
    this.#emit = emit;
  }

  /** Throws VaultError, the same one for all who ask: a server that is down is asked once. */
  get(): Promise<VaultSession> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async close(): Promise<void> {
    try {
      await (await this.#opening)?.close();
    } catch {
      return; // It was never open, which all who asked for it know.
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
