/** The options of `vcm init` for the login. */
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";

/** The login methods that `vcm init` sets up. */
export const METHODS = ["approle", "token", "cert", "jwt"] as const;
export type Method = typeof METHODS[number];

/** The options, and the methods that use each. */
const USERS = {
  authMount: ["approle", "cert", "jwt"],
  authRole: ["cert", "jwt"],
  roleId: ["approle"],
  secretIdFile: ["approle"],
  wrappedSecretIdFile: ["approle"],
  tokenFile: ["token"],
  clientCert: ["cert"],
  clientKey: ["cert"],
  jwtFile: ["jwt"],
} as const satisfies Partial<Record<keyof Arguments, readonly Method[]>>;
export type LoginOption = keyof typeof USERS;
const NAMES = Object.keys(USERS) as LoginOption[];

/** Those of the command line. */
export interface LoginOptions extends Partial<Record<LoginOption, string | undefined>> {
  readonly method?: Method | undefined;
}

/** An option may imply the method. Throws UsageError for options of different methods. */
export function loginOptions(args: Arguments): LoginOptions {
  const given = NAMES.filter((name) => args[name] !== undefined);
  const named = METHODS.find((method) => method === args.authMethod);
  if (args.authMethod !== undefined && named === undefined) {
    throw new UsageError(`Option "--auth-method" takes one of ${METHODS.join(", ")}`, "init");
  }
  const implied = given.map((name) => USERS[name]).find(({ length }) => length === 1)?.[0];
  const method = named ?? implied;
  for (const name of given) {
    if (method !== undefined && USERS[name].some((user) => user === method)) continue;
    const why = method === undefined ? "needs --auth-method" : `does not go with "${method}"`;
    throw new UsageError(`Option "${flagOf(name)}" ${why}`, "init");
  }
  if (args.secretIdFile !== undefined && args.wrappedSecretIdFile !== undefined) {
    const message = "--secret-id-file cannot be combined with --wrapped-secret-id-file";
    throw new UsageError(`Option ${message}`, "init");
  }
  return { ...Object.fromEntries(given.map((name) => [name, args[name]])), method };
}

/** How the option is written. */
export function flagOf(option: LoginOption): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
