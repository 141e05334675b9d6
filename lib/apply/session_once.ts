/** Opens one session for a whole run, when the first certificate needs it. */
import type { VaultAccess } from "../vault/access/access.ts";
import type { ServerAccess } from "../vault/access/server_access.ts";
import type { PublicSession } from "../vault/session/public_session.ts";
import { openSession, type VaultSession } from "../vault/session/session.ts";
import { CLOCK } from "../vault/wire/clock.ts";
import type { Emit } from "./events.ts";
import { reserveFile } from "./reserved_file.ts";
import { Stop } from "./stop.ts";

/** How to reach the server and log in, or why that is not possible. */
export type AccessInput =
  | VaultAccess
  /** Only the login is not possible. */
  | ServerAccess & { readonly problem: string }
  | { readonly problem: string } & { readonly [Key in keyof ServerAccess]?: undefined };

export class SessionOnce {
  readonly #access: AccessInput;
  readonly #emit: Emit;
  readonly #stop: Stop;
  #opening: Promise<VaultSession> | undefined;
  #session: VaultSession | undefined;
  #public: PublicSession | undefined;

  constructor(access: AccessInput, emit: Emit, stop = new Stop()) {
    this.#access = access;
    this.#emit = emit;
    this.#stop = stop;
  }

  /** Throws the same VaultError to all callers: a server that is down is asked once. */
  get(): Promise<VaultSession> {
    return this.#opening ??= this.#stop.answerTo(this.#open());
  }

  /** For requests that need no login. Throws Error with a message for users. */
  async public(): Promise<Pick<PublicSession, "read">> {
    const { PublicSession } = await import("../vault/session/public_session.ts");
    if (this.#access.addresses === undefined) throw new Error(this.#access.problem);
    const session = this.#public ??= new PublicSession(this.#access, this.#clock());
    return { read: (...request) => this.#stop.answerTo(session.read(...request)) };
  }

  #clock() {
    return { ...CLOCK, pause: (milliseconds: number) => this.#stop.pause(milliseconds) };
  }

  /** What the session has learned so far that no message may show. */
  get secrets(): Iterable<string> {
    return this.#session?.secrets ?? [];
  }

  async close(): Promise<void> {
    await this.#public?.close();
    try {
      const session = await this.#opening;
      if (session !== undefined) await this.#stop.answerTo(session.close());
    } catch {
      return; // It could not be opened, and all callers of get() have the error.
    }
  }

  async #open(): Promise<VaultSession> {
    if ("problem" in this.#access) throw new Error(this.#access.problem);
    const helpers = {
      note: (message: string) => this.#emit({ kind: "warning", subject: "login", message }),
      reserve: reserveFile,
    };
    this.#session = await openSession(this.#access, helpers, this.#clock());
    return boundSession(this.#session, this.#stop);
  }
}

/** A session for whose answers nobody waits longer than `stop` allows. */
function boundSession(session: VaultSession, stop: Stop): VaultSession {
  return {
    get loginMethod() {
      return session.loginMethod;
    },
    secrets: session.secrets,
    clean: session.clean,
    write: (...request) => stop.answerTo(session.write(...request)),
    read: (path) => stop.answerTo(session.read(path)),
    close: () => session.close(),
  };
}
