/**
 * What `vcm init` must know: the server and the certificates, by arguments, the environment and
 * one-line questions. Enter accepts the value in brackets.
 */
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { InvalidValue, type Reader } from "../../config/scalars/scalar.ts";
import * as names from "../../config/scalars/names.ts";
import * as places from "../../config/scalars/places.ts";
import { printable, quote } from "../../text/quote.ts";
import type { ServerAnswers } from "./first_file.ts";
import { sortNames } from "./names.ts";
import { type Proposal, shareChains } from "./propose.ts";

/** The user at a terminal. */
export interface Person {
  say(text: string): void;
  /** The typed line without its end. Undefined at the end of the input. */
  readLine(): string | undefined;
}

/** Asks until the answer is valid. Throws Error if the input ends. */
export function ask<T>(
  person: Person,
  question: string,
  suggestion: string | undefined,
  read: Reader<T>,
): T {
  const brackets = suggestion === undefined ? "" : ` [${suggestion}]`;
  for (;;) {
    person.say(`${printable(question + brackets)}: `);
    const line = person.readLine();
    if (line === undefined) {
      person.say("\n");
      throw new Error("No answer; nothing was written");
    }
    const text = line.trim() || suggestion || "";
    const answer = text === "" ? new InvalidValue("required") : read(text);
    if (!(answer instanceof InvalidValue)) return answer;
    person.say(`  ${answer.message}\n`);
  }
}

/** Asks a yes-or-no question. Enter means yes. */
function askYes(person: Person, question: string): boolean {
  return ask(person, question, "Y/n", (text) => {
    if (/^(?:y\/n|y|yes)$/i.test(text)) return true;
    return /^no?$/i.test(text) ? false : new InvalidValue('Answer "y" or "n"');
  });
}

/** The mount path in the documentation of Vault. */
const USUAL_MOUNT = "pki";

/** @param person Absent if no questions are allowed. Then throws UsageError for missing options. */
export function findServer(args: Arguments, host: Host, person?: Person): ServerAnswers {
  const known = readVault(host.env("BAO_ADDR") || host.env("VAULT_ADDR") || "");
  const suggested = known instanceof InvalidValue ? undefined : known;
  // All options are checked before the first question.
  const vault = readOption(args, "vault", readVault);
  const pki = readOption(args, "pki", names.mount.read);
  const role = readOption(args, "role", names.role.read);
  if (person !== undefined) {
    return {
      vault: vault ?? ask(person, "Address of Vault or OpenBao", suggested, readVault),
      pki: pki ?? ask(person, "Mount of its PKI engine", USUAL_MOUNT, names.mount.read),
      role: role ?? ask(person, "Role at that mount", undefined, names.role.read),
    };
  }
  const address = vault ?? suggested;
  if (address !== undefined && role !== undefined) {
    return { vault: address, pki: pki ?? USUAL_MOUNT, role };
  }
  const missing = [
    ...(address === undefined ? ["--vault URL"] : []),
    ...(role === undefined ? ["--role ROLE"] : []),
  ];
  throw new UsageError(`No terminal to ask on: pass ${missing.join(" and ")}`, "init");
}

function readOption(
  args: Arguments,
  name: "vault" | "pki" | "role",
  read: Reader<string>,
): string | undefined {
  const text = args[name];
  const value = text === undefined ? undefined : read(text);
  if (value instanceof InvalidValue) {
    throw new UsageError(`Option "--${name}": ${value.message}`, "init");
  }
  return value;
}

/** Accepts what a configuration accepts without further keys. */
function readVault(text: string): string | InvalidValue {
  const address = places.address.read(text);
  if (address instanceof InvalidValue || places.isGuarded(address)) return address;
  return new InvalidValue('sends tokens and keys unencrypted; use "https://"');
}

/**
 * The named certificates, found or not. Without names: those that were found and that the user
 * wants. If there is none and the user can be asked: one by name. Throws UsageError for an invalid
 * name.
 */
export function chooseCertificates(
  found: readonly Proposal[],
  { names }: Arguments,
  host: Host,
  person?: Person,
): Proposal[] {
  if (names.length > 0) return shareChains(named(found, names));
  const wanted = found.filter((proposal) =>
    person === undefined || askYes(person, questionOn(proposal))
  );
  if (wanted.length > 0 || person === undefined) return shareChains(wanted);
  return [ask(person, "Name of the first certificate", hostName(host), readName)];
}

function named(found: readonly Proposal[], names: readonly string[]): Proposal[] {
  const chosen = names.map((text) => {
    const bare = readName(text);
    if (bare instanceof InvalidValue) throw new UsageError(bare.message, "init");
    const isFor = ({ name, commonName, dnsSans, ipSans }: Proposal) =>
      [name, commonName, ...dnsSans, ...ipSans].includes(bare.name);
    return found.find(isFor) ?? bare;
  });
  return [...new Map(chosen.map((proposal) => [proposal.name, proposal])).values()];
}

/** A certificate that no service uses yet. */
function readName(text: string): Proposal | InvalidValue {
  const { dns: [dns], ip: [ip] } = sortNames([text]);
  const name = dns ?? ip;
  if (name === undefined) {
    return new InvalidValue(`expected a DNS name or an IP address, got ${quote(text)}`);
  }
  const directory = names.certificateName.read(name);
  if (directory instanceof InvalidValue) return directory;
  const ipSans = dns === undefined ? [name] : [];
  return { name, dnsSans: [], ipSans, at: [], files: [], programs: [], remarks: [] };
}

function questionOn({ name, commonName, dnsSans, ipSans, programs, at }: Proposal): string {
  const names = [...new Set([commonName ?? name, ...dnsSans, ...ipSans])];
  const shown = names.length > 5 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  const users = programs.map(({ name }) => name).join(", ");
  return `${users} (${at[0]}): ${shown.join(", ")}. Manage this certificate with VCM?`;
}

/** The name of the host, if other hosts can use it. */
function hostName(host: Host): string | undefined {
  try {
    const { dns: [name] } = sortNames([host.read("/etc/hostname").text.trim()]);
    return name?.includes(".") ? name : undefined;
  } catch {
    return undefined;
  }
}
