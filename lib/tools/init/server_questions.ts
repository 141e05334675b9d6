/** The server of the configuration: its address and CA, the login, mount and role. */
import { join } from "node:path";
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { InvalidValue, type Reader } from "../../config/scalars/scalar.ts";
import * as names from "../../config/scalars/names.ts";
import { shellWord } from "../../text/quote.ts";
import { didYouMean } from "../../text/suggest.ts";
import { readVariable } from "../../vault/access/environment.ts";
import { VaultError } from "../../vault/errors.ts";
import { isPolicyDenial } from "../../vault/wire/denial.ts";
import { readAddress } from "./address.ts";
import {
  type Authority,
  findAuthority,
  meet,
  type Met,
  readFingerprint,
  type Search,
  trusting,
} from "./authority.ts";
import type { ServerAnswers } from "./first_file.ts";
import type { FirstFile } from "./first_files.ts";
import { findLogin, type Login } from "./login.ts";
import { loginOptions } from "./login_options.ts";
import { ask, askYes, type Person } from "./person.ts";
import { type Offers, type Server, serversAt } from "./server.ts";

export interface ServerSearch {
  readonly args: Arguments;
  readonly host: Host;
  readonly server: Server;
  /** Absent if no questions are allowed. */
  readonly person?: Person | undefined;
  /** Of the configuration. */
  readonly directory: string;
}

/** The settings of the server, and what they need on this host. */
export interface FoundServer {
  readonly answers: ServerAnswers;
  /** The CA and the secrets. */
  readonly files: readonly FirstFile[];
  readonly directory?: string | undefined;
}

/** Where the CA is saved, beside the configuration. */
export const CA_FILE = "vault-ca.pem";

/** The mount path in the documentation of Vault. */
const USUAL_MOUNT = "pki";

/** Throws UsageError for invalid options, and for missing ones if nobody can be asked. */
export async function findServer(search: ServerSearch): Promise<FoundServer> {
  const { args, host, person } = search;
  const variable = readVariable(host, "ADDR")?.text;
  const known = variable === undefined ? undefined : readAddress(variable);
  const suggested = known instanceof InvalidValue ? undefined : known;
  // All options are checked before the first question.
  const vault = readOption(args, "vault", readAddress);
  const pki = readOption(args, "pki", names.mount.read);
  const role = readOption(args, "role", names.role.read);
  const fingerprint = readOption(args, "caFingerprint", readFingerprint);
  if (args.ca !== undefined && fingerprint !== undefined) {
    throw new UsageError("Option --ca cannot be combined with --ca-fingerprint", "init");
  }
  loginOptions(args);
  const missing = [
    ...((vault ?? suggested) === undefined ? ["--vault URL"] : []),
    ...(role === undefined ? ["--role ROLE"] : []),
  ];
  if (person === undefined && missing.length > 0) {
    throw new UsageError(`No terminal to ask on: pass ${missing.join(" and ")}`, "init");
  }
  const place = join(search.directory, CA_FILE);
  const { ca } = args;
  const trust = { ...search, ca, fingerprint, environment: host, place };
  const met = args.print
    ? undefined
    : await meetServer(vault ?? (person ? undefined : suggested), suggested, trust);
  const address = met?.servers.addresses[0] ?? vault ??
    (person === undefined ? suggested : await ask(person, ADDRESS, suggested, readAddress)) ??
    nobody();
  const authority = met?.authority;
  if (authority !== undefined) requireFree(authority, place, host);
  const { login, offers } = await logIn(met, search);
  const mount = pki ?? await chooseMount(offers, person);
  return {
    answers: {
      vault: address,
      ...(authority === undefined ? ca === undefined ? {} : { ca } : { ca: place }),
      ...settingsOfShell(host),
      ...(login !== undefined && { login }),
      pki: mount,
      role: role ?? await chooseRole(offers.get(mount) ?? [], person ?? nobody()),
    },
    files: [
      ...(authority === undefined || authority.path === place
        ? []
        : [{ path: place, text: authority.pem.join(""), mode: 0o644 }]),
      ...login?.files ?? [],
    ],
    directory: login?.directory,
  };
}

/** For what is asked only if there is a person. */
function nobody(): never {
  throw new UsageError("No terminal to ask on", "init");
}

function readOption(
  args: Arguments,
  name: "vault" | "pki" | "role" | "caFingerprint",
  read: Reader<string>,
): string | undefined {
  const text = args[name];
  const value = text === undefined ? undefined : read(text);
  if (value instanceof InvalidValue) {
    const flag = name === "caFingerprint" ? "ca-fingerprint" : name;
    throw new UsageError(`Option "--${flag}": ${value.message}`, "init");
  }
  return value;
}

/** Variables of this shell that a later run does not have. */
function settingsOfShell(host: Host): Pick<ServerAnswers, "namespace" | "serverName"> {
  const read = (name: string, reader: Reader<string>) => {
    const text = readVariable(host, name)?.text;
    const value = text === undefined ? undefined : reader(text);
    return value instanceof InvalidValue ? undefined : value;
  };
  const namespace = read("NAMESPACE", names.namespace.read);
  const serverName = read("TLS_SERVER_NAME", names.serverName.read);
  return {
    ...(namespace !== undefined && { namespace }),
    ...(serverName !== undefined && { serverName }),
  };
}

const ADDRESS = "Address of Vault or OpenBao";

/** A server, and the CA that verifies it, unless the host's own CAs do. */
interface MetServer extends Met {
  readonly authority?: Authority | undefined;
}

/**
 * Asks for another address if no Vault answers there. Enter keeps it, for a server that is down.
 *
 * @param given Of the command line; tried first.
 */
async function meetServer(
  given: string | undefined,
  suggested: string | undefined,
  search: Search & Pick<ServerSearch, "host">,
): Promise<MetServer> {
  const { host, server, person } = search;
  for (let [next, suggestion] = [given, suggested];;) {
    const address: string = next ?? await ask(person ?? nobody(), ADDRESS, suggestion, readAddress);
    const isKept = next === undefined && address === suggestion;
    const met = await meet(serversAt(address, host), server);
    const authority = await findAuthority(met, search);
    if (typeof authority === "string") {
      next = authority;
      continue;
    }
    const contact = authority === undefined
      ? met.contact
      : await server.contact(trusting(met.servers, authority.pem));
    if (contact.kind !== "failed" || person === undefined || isKept) {
      return { ...met, contact, authority };
    }
    person.say(`  ${contact.message}\n  Enter keeps the address all the same.\n`);
    [next, suggestion] = [undefined, address];
  }
}

/** Nothing is overwritten. */
function requireFree(authority: Authority, place: string, host: Host): void {
  if (authority.path === place || !host.exists(place)) return;
  const file = shellWord(place);
  throw new UsageError(
    `"${place}" exists already and has another CA; to move it away: mv ${file} ${file}.old`,
    "init",
  );
}

const NOTHING: Offers = new Map();

/** The login of the host and, if a person can be asked, what it may use. */
async function logIn(
  met: MetServer | undefined,
  { args, host, server, person: asked, directory }: ServerSearch,
): Promise<{ readonly login?: Login | undefined; readonly offers: Offers }> {
  const person = met === undefined ? undefined : asked;
  let options = loginOptions(args);
  for (let refused: Login | undefined;;) {
    const login = await findLogin({ options, person, environment: host, directory, refused });
    const { credentials } = login ?? {};
    if (
      login === undefined || met === undefined || met.contact.kind === "failed" ||
      person === undefined || credentials === undefined
    ) return { login, offers: NOTHING };
    try {
      const servers = login.client === undefined
        ? met.servers
        : serversAt(met.servers.addresses[0] ?? "", host, login.client);
      const trusted = met.authority === undefined ? servers : trusting(servers, met.authority.pem);
      return { login, offers: await server.offers({ ...trusted, credentials: [credentials] }) };
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      person.say(`  ${error.message}\n`);
      const isRefused = error.status === 400 || error.status === 403;
      if (!isRefused || isPolicyDenial(error.message)) return { login, offers: NOTHING };
      if (await askYes(person, "Use this login all the same?", false)) {
        return { login, offers: NOTHING };
      }
      [options, refused] = [{}, login];
    }
  }
}

async function chooseMount(offers: Offers, person: Person | undefined): Promise<string> {
  if (person === undefined) return USUAL_MOUNT;
  const mounts = [...offers.keys()];
  const [first = USUAL_MOUNT] = mounts.includes(USUAL_MOUNT) ? [] : mounts;
  return await ask(person, `Mount of the PKI engine${listed(mounts)}`, first, names.mount.read);
}

async function chooseRole(roles: readonly string[], person: Person): Promise<string> {
  const [only] = roles.length === 1 ? roles : [];
  return await ask(person, `Role at that mount${listed(roles)}`, only, (text) => {
    const role = names.role.read(text);
    if (role instanceof InvalidValue || roles.length === 0 || roles.includes(role)) return role;
    return new InvalidValue(`the login may not use a role "${role}"; ${didYouMean(role, roles)}`);
  });
}

const MOST_SHOWN = 10;

function listed(words: readonly string[]): string {
  if (words.length < 2) return "";
  const more = words.length > MOST_SHOWN ? ", …" : "";
  return ` (${words.slice(0, MOST_SHOWN).join(", ")}${more})`;
}
