/** Which certificates the configuration begins with: by names, or by questions about those found. */
import type { Host } from "../../command/host.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import * as names from "../../config/scalars/names.ts";
import { quote } from "../../text/quote.ts";
import { sortNames } from "./names.ts";
import { ask, askYes, type Person } from "./person.ts";
import { type Proposal, shareChains } from "./propose.ts";

/**
 * The named certificates, found or not. Without names: those that were found and that the user
 * wants. If there is none and the user can be asked: one by name. Throws UsageError for an invalid
 * name.
 */
export async function chooseCertificates(
  found: readonly Proposal[],
  { names }: Arguments,
  host: Host,
  person?: Person,
): Promise<Proposal[]> {
  if (names.length > 0) return shareChains(named(found, names));
  const wanted: Proposal[] = [];
  for (const proposal of found) {
    if (person === undefined || await askYes(person, questionOn(proposal))) wanted.push(proposal);
  }
  if (wanted.length > 0 || person === undefined) return shareChains(wanted);
  return [await ask(person, "Name of the first certificate", hostName(host), readName)];
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
