/**
 * Keeps the token that requests carry: takes the next way to log in where a token is refused, logs in
 * again where our own has come to its end, and gives our own up at the end.
 */
import type { Clean } from "../wire/answer.ts";
import { type Credentials, nameOf } from "../access/credentials.ts";
import { VaultError } from "../errors.ts";
import { type Ask, type Helpers, logIn, type Token, unwrap } from "./login.ts";

/** A token in use. */
export interface Held {
  readonly id: string;
  /** It was made by a login of this run. */
  readonly own: boolean;
  readonly by: Credentials;
  usesLeft: number;
  /** The server has taken it once. */
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
  /** What came of it, as soon as it is there. */
  #current: Held | undefined;

  /** @param hide Is told each secret that turns up, before any message can show it. */
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

  /** Makes sure that there is a token. Throws VaultError where there is no way to log in. */
  async open(): Promise<void> {
    await (this.#held ??= this.#open());
  }

  /** How the token in use was got, as a message names it; that which is tried first, before one is. */
  get way(): string {
    const by = this.#current?.by ?? this.#credentials[this.#at];
    return by === undefined ? "" : nameOf(by);
  }

  /** The token for one request. Throws VaultError where there is no way to log in. */
  async take(): Promise<Held> {
    for (;;) {
      const opening = this.#held ??= this.#open();
      const held = await opening;
      if (held.usesLeft > 0) {
        held.usesLeft--;
        return held;
      }
      // Used up: the server has forgotten it.
      if (this.#held === opening) this.#held = this.#current = undefined;
    }
  }

  /** Whether another token takes the place of a refused one, so that it is worth asking again. */
  replace(refused: Held): boolean {
    // Of several requests that were refused together, the first has seen to it.
    if (this.#current !== refused) return true;
    if (!refused.own) {
      if (!this.#goOn(`The token from ${nameOf(refused.by)} was refused`)) return false;
    } else if (!refused.accepted) {
      return false;
    }
    this.#held = this.#current = undefined;
    return true;
  }

  /** The token to be given up at the end, if it was made by a login of this run. */
  async ownToken(): Promise<string | undefined> {
    const held = await this.#held?.catch(() => undefined);
    return held?.own && held.usesLeft > 0 ? held.id : undefined;
  }

  async #open(): Promise<Held> {
    for (;;) {
      const by = this.#credentials[this.#at];
      if (by === undefined) throw new VaultError("No login method for Vault is left");
      try {
        const { id, uses } = await this.#tokenOf(by);
        this.#hide(id);
        return this.#current = {
          id,
          own: by.kind !== "token",
          by,
          usesLeft: uses,
          accepted: false,
        };
      } catch (error) {
        if (!(error instanceof VaultError) || !this.#isRefused(by, error)) throw error;
        if (!this.#goOn(error.message)) throw error;
      }
    }
  }

  async #tokenOf(by: Credentials): Promise<Token> {
    switch (by.kind) {
      case "unusable":
        throw new VaultError(by.problem);
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

  /** Only a secret id has a stand-in: another one, or a new one that is still wrapped. */
  #isRefused(by: Credentials, { status }: VaultError): boolean {
    return status === 400 && by.kind === "approle";
  }

  /** Takes the next way to log in, if there is one, and says so. */
  #goOn(why: string): boolean {
    const next = this.#credentials[this.#at + 1];
    if (next === undefined) return false;
    this.#at++;
    const then = next.kind === "unusable"
      ? `; the next login method cannot be used: ${next.problem}`
      : `; trying ${nameOf(next)}`;
    this.#helpers.note(`${why}${then}`);
    return true;
  }
}
