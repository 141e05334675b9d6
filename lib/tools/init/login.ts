/**
 * How the host logs in: by options and questions. A file that is given stays where it is, because
 * another program may renew it. What is typed gets a file beside the configuration.
 */
import { join, resolve } from "node:path";
import { UsageError } from "../../command/parse_arguments.ts";
import * as names from "../../config/scalars/names.ts";
import * as places from "../../config/scalars/places.ts";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { looksLikeToken } from "../../text/quote.ts";
import type { Credentials } from "../../vault/access/credentials.ts";
import { type Environment, readVariable } from "../../vault/access/environment.ts";
import { readSecretLine, sendable } from "../../vault/access/secrets.ts";
import { VaultError } from "../../vault/errors.ts";
import type { FirstFile } from "./first_files.ts";
import {
  flagOf,
  type LoginOption,
  type LoginOptions,
  type Method,
  METHODS,
} from "./login_options.ts";
import { ask, type Person, type ReadAnswer } from "./person.ts";

/** Names of files beside the configuration. */
export const SECRET_FILES = ["secret-id", "wrapped-secret-id", "token"] as const;
type SecretFile = typeof SECRET_FILES[number];

/** A login method, as the configuration has it. */
export interface Login {
  /** The keys of `auth`, in their order. */
  readonly auth: Readonly<Record<string, string>>;
  readonly client?: { readonly clientCert: string; readonly clientKey: string };
  /** Secrets that were typed. */
  readonly files?: readonly FirstFile[];
  /** A directory to create for an unwrapped secret id, because the unit can write to it. */
  readonly directory?: string;
  /** Absent if a login now is not possible, or would use the secret up. */
  readonly credentials?: Credentials;
}

/** Where answers come from, and where files go. */
export interface LoginSearch {
  readonly options: LoginOptions;
  readonly person?: Person | undefined;
  readonly environment: Environment;
  /** Of the configuration. */
  readonly directory: string;
  /** The server refused it: one answer may be wrong, or the auth method is mounted elsewhere. */
  readonly refused?: Login | undefined;
}

/** Undefined: it is set up later. Throws UsageError for an invalid or missing option. */
export async function findLogin(search: LoginSearch): Promise<Login | undefined> {
  const { options, person } = search;
  const method = options.method ?? (person && await askMethod(person, search.refused));
  return method && await FINDERS[method](search);
}

const LATER = "later";

function askMethod(person: Person, refused?: Login): Promise<Method | undefined> {
  const words = [...METHODS, LATER].join(", ");
  const usual = refused?.auth["method"] ?? METHODS[0];
  return ask(person, `Login of this host (${words})`, usual, (text) => {
    const found = METHODS.find((method) => method === text.toLowerCase());
    if (found !== undefined || text.toLowerCase() === LATER) return found;
    return new InvalidValue(`expected one of ${words}`);
  });
}

const FINDERS: Readonly<Record<Method, (search: LoginSearch) => Promise<Login>>> = {
  approle: findAppRole,
  token: findToken,
  cert: findClientCertificate,
  jwt: findJwt,
};

async function findAppRole(search: LoginSearch): Promise<Login> {
  const { options, person, environment, directory, refused } = search;
  const known = refused?.auth["role_id"] ?? readVariable(environment, "ROLE_ID")?.text;
  const roleId = await find(
    search,
    "roleId",
    "Role id of the AppRole",
    attempted((text) => sendable(text, "The role id")),
    known,
  );
  const mount = await findMount(search, "approle");
  const auth = { method: "approle", ...unless("approle", { mount }), role_id: roleId };
  if (options.wrappedSecretIdFile !== undefined) {
    const { path } = readFile(search, "wrappedSecretIdFile", "the wrapped secret id");
    return wrappedLogin(auth, path, directory);
  }
  if (options.secretIdFile === undefined && person === undefined) {
    // Enough with bind_secret_id=false.
    return { auth, credentials: { kind: "approle", mount, roleId, from: "the role id" } };
  }
  const secret = await findSecret(
    search,
    "secretIdFile",
    ["Secret id, or token that wraps it", "the secret id"],
    (text) => looksLikeToken(text) ? "wrapped-secret-id" : "secret-id",
  );
  if (secret.file?.path.endsWith("wrapped-secret-id")) {
    return { ...wrappedLogin(auth, secret.path, directory), files: [secret.file] };
  }
  return {
    auth: { ...auth, secret_id_file: secret.path },
    ...withFile(secret),
    credentials: { kind: "approle", mount, roleId, secretId: secret.text, from: "these two ids" },
  };
}

/** The first run, or `vcm doctor`, unwraps the secret id. */
function wrappedLogin(auth: Login["auth"], wrapped: string, directory: string): Login {
  const own = join(directory, "secret");
  return {
    auth: { ...auth, secret_id_file: join(own, "secret-id"), wrapped_secret_id_file: wrapped },
    directory: own,
  };
}

async function findToken(search: LoginSearch): Promise<Login> {
  const token = await findSecret(search, "tokenFile", ["Token", "the token"], () => "token");
  return {
    auth: { method: "token", token_file: token.path },
    ...withFile(token),
    credentials: { kind: "token", token: token.text, from: "this login" },
  };
}

async function findClientCertificate(search: LoginSearch): Promise<Login> {
  const { environment, refused } = search;
  const [knownCert, knownKey] = refused?.client === undefined
    ? ["CLIENT_CERT", "CLIENT_KEY"].map((name) => readVariable(environment, name)?.text)
    : [refused.client.clientCert, refused.client.clientKey];
  const path = (text: string) => places.file.read(resolve(text));
  const clientCert = await find(search, "clientCert", "File of the certificate", path, knownCert);
  const clientKey = await find(search, "clientKey", "File of its key", path, knownKey);
  const mount = await findMount(search, "cert");
  const role = await findRole(search);
  // The first certificate may come from another login.
  const exist = [clientCert, clientKey].every((path) => environment.exists(path));
  return {
    auth: { method: "cert", ...unless("cert", { mount }), ...role },
    client: { clientCert, clientKey },
    ...(exist && {
      credentials: { kind: "cert" as const, mount, ...role, from: `"${clientCert}"` },
    }),
  };
}

async function findJwt(search: LoginSearch): Promise<Login> {
  const read = (text: string) => readSecret(text, "the JWT", search.environment);
  const { path, text } = await find(search, "jwtFile", "File of the JWT", read);
  const mount = await findMount(search, "jwt");
  const role = await findRole(search);
  return {
    auth: { method: "jwt", ...unless("jwt", { mount }), ...role, jwt_file: path },
    credentials: { kind: "jwt", mount, ...role, jwt: text, from: `"${path}"` },
  };
}

function unless(usual: string, { mount }: { readonly mount: string }) {
  return mount === usual ? {} : { mount };
}

function findMount(search: LoginSearch, usual: string): Promise<string> {
  const { options, person, refused } = search;
  if (options.authMount === undefined && (person === undefined || refused === undefined)) {
    return Promise.resolve(usual);
  }
  const known = refused?.auth["method"] === usual ? refused.auth["mount"] ?? usual : usual;
  return find(search, "authMount", "Mount of the auth method", names.authMount.read, known);
}

const NO_ROLE = "none";

async function findRole(search: LoginSearch): Promise<{ readonly role?: string }> {
  const { options, person, refused } = search;
  if (options.authRole === undefined && person === undefined) return {};
  const question = "Role of the auth method";
  const known = refused?.auth["role"] ?? NO_ROLE;
  const role = await find(search, "authRole", question, names.role.read, known);
  return options.authRole === undefined && role === NO_ROLE ? {} : { role };
}

/** From an option, or the answer to a question. Throws UsageError if there is neither. */
async function find<T>(
  { options, person }: LoginSearch,
  option: LoginOption,
  question: string,
  read: ReadAnswer<T>,
  suggestion?: string,
): Promise<T> {
  const text = options[option] ?? (person === undefined ? suggestion : undefined);
  if (text === undefined) {
    if (person !== undefined) return await ask(person, question, suggestion, read);
    throw new UsageError(`No terminal to ask on: pass ${flagOf(option)}`, "init");
  }
  return valid(option, await read(text));
}

function valid<T>(option: LoginOption, value: T | InvalidValue): T {
  if (!(value instanceof InvalidValue)) return value;
  throw new UsageError(`Option "${flagOf(option)}": ${value.message}`, "init");
}

/** A secret, and the file that has it or will have it. */
interface Secret {
  readonly text: string;
  readonly path: string;
  readonly file?: FirstFile;
}

function withFile({ file }: Secret): Pick<Login, "files"> {
  return file === undefined ? {} : { files: [file] };
}

function readFile(
  { options, environment }: LoginSearch,
  option: LoginOption,
  what: string,
): Secret {
  return valid(option, readSecret(options[option] ?? "", what, environment));
}

/** A secret that is typed without echo, or its file. @param fileOf Names the file of a typed one. */
async function findSecret(
  search: LoginSearch,
  option: LoginOption,
  [question, inFile]: readonly [question: string, name: string],
  fileOf: (text: string) => SecretFile,
): Promise<Secret> {
  const { options, person, environment, directory } = search;
  if (options[option] !== undefined) return readFile(search, option, inFile);
  if (person === undefined) {
    throw new UsageError(`No terminal to ask on: pass ${flagOf(option)} FILE`, "init");
  }
  const usual = join(directory, fileOf(""));
  const suggestion = environment.exists(usual) ? usual : undefined;
  const asked = `${question} (not shown), or the path of its file`;
  return await ask(person, asked, suggestion, (text) => {
    if (isPath(text, environment)) return readSecret(text, inFile, environment);
    const typed = attempted((text) => sendable(text, "It"))(text);
    if (typed instanceof InvalidValue) return typed;
    const path = join(directory, fileOf(text));
    if (!environment.exists(path)) {
      return { text, path, file: { path, text: `${text}\n`, mode: 0o600 } };
    }
    return new InvalidValue(`"${path}" exists already; enter its path to use it, or: rm ${path}`);
  }, true);
}

/** A path must not be sent to the server as a secret. */
function isPath(text: string, { read }: Environment): boolean {
  if (/^(?:~|\.{0,2})\//.test(text)) return true;
  try {
    read(resolve(text));
    return true;
  } catch {
    return false;
  }
}

function readSecret(text: string, what: string, environment: Environment): Secret | InvalidValue {
  const path = places.secretFile.read(resolve(text));
  if (path instanceof InvalidValue) return path;
  return attempted(() => ({ path, text: readSecretLine(what, path, environment) }))(text);
}

/** Makes an error of a reader what is wrong with the answer. */
function attempted<T>(read: (text: string) => T): (text: string) => T | InvalidValue {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      if (error instanceof VaultError) return new InvalidValue(error.message);
      throw error;
    }
  };
}
