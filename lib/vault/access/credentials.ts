/**
 * The login methods, as data. A method that cannot be used carries its problem, which matters only
 * once the method is tried.
 */
import { VaultError } from "../errors.ts";

/** One method to get a token. `from` names its source in messages. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string; readonly from: string }
  /** Without a secret id: an AppRole with `bind_secret_id=false`. */
  | AppRole & { readonly kind: "approle"; readonly secretId?: string }
  /**
   * A secret id behind a wrapping token, which can be used once, and the file in which the secret id
   * is saved for later runs.
   */
  | AppRole & {
    readonly kind: "wrapped";
    readonly wrappingToken: string;
    readonly secretIdFile: string;
  }
  /** An agent or proxy adds its own token. */
  | { readonly kind: "none" }
  /** With the client certificate of the connection. */
  | Login & { readonly kind: "cert"; readonly role?: string | undefined }
  | Login & {
    readonly kind: "jwt";
    /** The auth method, if it is not `jwt`. */
    readonly method?: "kubernetes";
    readonly role?: string | undefined;
    readonly jwt: string;
  }
  /** A JWT that a program prints, before it was run. */
  | Login & {
    readonly kind: "jwt-command";
    readonly role?: string | undefined;
    readonly command: readonly string[];
  }
  | { readonly kind: "unusable"; readonly problem: string };

interface Login {
  /** Of the auth method. */
  readonly mount: string;
  readonly from: string;
}

interface AppRole extends Login {
  readonly roleId: string;
}

/** Turns a VaultError into an unusable method, because it matters only once the method is tried. */
export function attempt(find: () => Credentials[]): Credentials[] {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return [unusable(error.message)];
  }
}

export function unusable(problem: string): Credentials {
  return { kind: "unusable", problem };
}

/** Names a login method in messages. */
export function nameOf(by: Credentials): string {
  switch (by.kind) {
    case "token":
      return by.from;
    case "none":
      return "the agent or proxy";
    case "approle":
      return `the AppRole from ${by.from}`;
    case "wrapped":
      return `the wrapped secret id from ${by.from}`;
    case "cert":
      return `the client certificate ${by.from}`;
    case "jwt":
    case "jwt-command":
      return `the JWT from ${by.from}`;
    case "unusable":
      return "the next login method";
  }
}

/** The secrets of a login method, which no message may show. */
export function secretsOf(by: Credentials): string[] {
  switch (by.kind) {
    case "token":
      return [by.token];
    case "approle":
      return [...by.secretId === undefined ? [] : [by.secretId], by.roleId];
    case "wrapped":
      return [by.wrappingToken, by.roleId];
    case "jwt":
      return [by.jwt];
    case "cert":
    case "jwt-command":
    case "none":
    case "unusable":
      return [];
  }
}
