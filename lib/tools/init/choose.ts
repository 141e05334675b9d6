/** Chooses the certificates of the first configuration. */
import { InvalidValue } from "../../config/invalid_value.ts";
import { quote } from "../../text/quote.ts";
import { readCertificateName } from "../../config/read_names.ts";
import { sortNames } from "./names.ts";
import { type Proposal, shareChains } from "./propose.ts";
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { ask, askYes, type Person } from "./questions.ts";

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
    return found.find((proposal) => isFor(proposal, bare.name)) ?? bare;
  });
  return [...new Map(chosen.map((proposal) => [proposal.name, proposal])).values()];
}

function isFor({ name, commonName, dnsSans, ipSans }: Proposal, wanted: string): boolean {
  return [name, commonName, ...dnsSans, ...ipSans].includes(wanted);
}

/** A certificate that no service uses yet. */
function readName(text: string): Proposal | InvalidValue {
  const { dns: [dns], ip: [ip] } = sortNames([text]);
  const name = dns ?? ip;
  if (name === undefined) {
    return new InvalidValue(`expected a DNS name or an IP address, got ${quote(text)}`);
  }
  const directory = readCertificateName(name);
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
