/**
 * Keeps the token for requests: tries the next login method if a token is refused, logs in again if
 * its own token has ended, and names the token to revoke at the end.
 */
import type { Clean } from "../wire/answer.ts";
import { type Credentials, nameOf } from "../access/credentials.ts";
import { VaultError } from "../errors.ts";
import { type Ask, type Helpers, logIn, type Token, unwrap } from "./login.ts";

/** A token in use. */
export interface Held {
  /** Undefined: none is sent, because an agent or proxy adds its own. */
  readonly id: string | undefined;
  /** A login of this run made it. */
  readonly own: boolean;
  readonly by: Credentials;
  /** Its policies, if a login named them. */
  readonly policies: readonly string[];
  usesLeft: number;
  /** The server has accepted it once. */
  accepted: boolean;
}

export class TokenKeeper {
  readonly #credentials: readonly Credentials[];
  readonly #ask: Ask;
  readonly #clean: Clean;
  readonly #helpers: Helpers;
  readonly #hide: (secret: string) => void;
  #at = 0;
  #held: Promise<Held> | undefined;
  /** The result of `#held`, once it is there. */
  #current: Held | undefined;

  /** @param hide Is called with each new secret, before any message can show it. */
  constructor(
    credentials: readonly Credentials[],
    ask: Ask,
    clean: Clean,
    helpers: Helpers,
    hide: (secret: string) => void,
  ) {
    this.#credentials = credentials;
    this.#ask = ask;
    this.#clean = clean;
    this.#helpers = helpers;
    this.#hide = hide;
  }

  /** Makes sure that there is a token. Throws VaultError if no login method works. */
  async open(): Promise<void> {
    await (this.#held ??= this.#open());
  }

  /** Names the login method in use, or the first one before a token is there. */
  get loginMethod(): string {
    const by = this.#current?.by ?? this.#credentials[this.#at];
    return by === undefined ? "" : nameOf(by);
  }

  /** The token for one request. Throws VaultError if no login method works. */
  async take(): Promise<Held> {
    for (;;) {
      const opening = this.#held ??= this.#open();
      const held = await opening;
      if (held.usesLeft > 0) {
        held.usesLeft--;
        return held;
      }
      // Used up: the server has deleted it.
      if (this.#held === opening) this.#held = this.#current = undefined;
    }
  }

  /**
   * Replaces a refused token. Returns whether there is another one, so that the request can be
   * repeated.
   */
  replace(refused: Held): boolean {
    // If several requests were refused at the same time, the first one has replaced the token.
    if (this.#current !== refused) return true;
    if (!refused.own) {
      if (!this.#goOn(`The token from ${nameOf(refused.by)} was refused`)) return false;
    } else if (!refused.accepted) {
      return false;
    }
    this.#held = this.#current = undefined;
    return true;
  }

  /** Ends all further requests with an error, because the server no longer accepts this token. */
  end(refused: Held, error: VaultError): void {
    if (this.#current !== refused) return;
    this.#current = undefined;
    this.#held = Promise.reject(error);
    // Nobody may be waiting for it.
    this.#held.catch(() => {});
  }

  /** The token to revoke at the end, if a login of this run made it. */
  async ownToken(): Promise<string | undefined> {
    const held = await this.#held?.catch(() => undefined);
    return held?.own && held.usesLeft > 0 ? held.id : undefined;
  }

  async #open(): Promise<Held> {
    for (;;) {
      const by = this.#credentials[this.#at];
      if (by === undefined) throw new VaultError("No login method for Vault is left");
      try {
        const { id, uses, policies = [] } = await this.#tokenOf(by);
        if (id !== undefined) this.#hide(id);
        const own = by.kind !== "token" && by.kind !== "none";
        return this.#current = { id, own, by, policies, usesLeft: uses, accepted: false };
      } catch (error) {
        // Only a refused secret id can be replaced: by another one, or by a wrapped one.
        const isRefused = error instanceof VaultError && error.status === 400 &&
          by.kind === "approle";
        if (!isRefused || !this.#goOn(error.message)) throw error;
      }
    }
  }

  async #tokenOf(by: Credentials): Promise<Token> {
    switch (by.kind) {
      case "unusable":
        throw new VaultError(by.problem);
      case "jwt-command":
        throw new VaultError(`${nameOf(by)} is not there: its program was not run`);
      case "none":
        return { uses: Infinity };
      case "token":
        return { id: by.token, uses: Infinity };
      case "wrapped": {
        const unwrapped = await unwrap(by, this.#ask, this.#clean, this.#helpers);
        this.#hide(unwrapped.secretId);
        return await logIn(unwrapped, this.#ask, this.#clean);
      }
      default:
        return await logIn(by, this.#ask, this.#clean);
    }
  }

  /** Switches to the next login method, if there is one, and reports it. */
  #goOn(why: string): boolean {
    const next = this.#credentials[this.#at + 1];
    if (next === undefined) return false;
    this.#at++;
    const then = next.kind === "unusable"
      ? `the next login method cannot be used: ${next.problem}`
      : `trying ${nameOf(next)}`;
    this.#helpers.note(`${why}; ${then}`);
    return true;
  }
}
