/** The ways to get a token, as data. What a way lacks is carried with it, and matters once it is reached. */
import { VaultError } from "../errors.ts";

/** One way to get a token. `from` says where it comes from, for messages. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string; readonly from: string }
  | {
    readonly kind: "approle";
    readonly mount: string;
    readonly roleId: string;
    readonly secretId: string;
    readonly from: string;
  }
  /** A secret id behind a token that gives it out once. */
  | {
    readonly kind: "wrapped";
    readonly mount: string;
    readonly roleId: string;
    readonly wrappingToken: string;
    /** Where the secret id is kept for later runs. */
    readonly secretIdFile: string;
    readonly from: string;
  }
  /** By the client certificate of the connection. */
  | {
    readonly kind: "cert";
    readonly mount: string;
    readonly role?: string;
    readonly from: string;
  }
  | {
    readonly kind: "jwt";
    readonly mount: string;
    readonly role?: string;
    readonly jwt: string;
    readonly from: string;
  }
  | { readonly kind: "unusable"; readonly problem: string };

/** What cannot be read matters only once it is needed. */
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

/** A way to log in, as a message names it. */
export function nameOf(by: Credentials): string {
  switch (by.kind) {
    case "token":
      return by.from;
    case "approle":
      return `the AppRole from ${by.from}`;
    case "wrapped":
      return `the wrapped secret id from ${by.from}`;
    case "cert":
      return `the client certificate ${by.from}`;
    case "jwt":
      return `the JWT from ${by.from}`;
    case "unusable":
      return "the next login method";
  }
}

/** What no message may show of a way to log in. */
export function secretsOf(by: Credentials): string[] {
  switch (by.kind) {
    case "token":
      return [by.token];
    case "approle":
      return [by.secretId, by.roleId];
    case "wrapped":
      return [by.wrappingToken, by.roleId];
    case "jwt":
      return [by.jwt];
    case "cert":
    case "unusable":
      return [];
  }
}
