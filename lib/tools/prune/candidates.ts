/** What `vcm prune` archives: sets that the configuration does not name and nothing else needs. */
import { parseCertificate } from "../../certificate/certificate.ts";
import { UsageError } from "../../command/parse_arguments.ts";
import type { Config } from "../../config/types.ts";
import { observe, readText } from "../../host/read.ts";
import { archivedSets } from "../../store/earlier_sets.ts";
import { directoryOfSet, orphanedSets } from "../../store/orphans.ts";
import { isOfOtherFile, readPendingRevocation } from "../../store/pending_revocation.ts";
import { formatTime } from "../../text/format_time.ts";
import { quote, shellWord } from "../../text/quote.ts";
import { nearest } from "../../text/suggest.ts";

/** A set that can be archived. */
export interface Orphan {
  readonly name: string;
  /** Changes if another command writes or replaces the set. */
  readonly identity: string;
  readonly question: string;
}

/** A set that cannot be archived. */
export interface Refused {
  readonly name: string;
  readonly problem: string;
}

export function isRefused(candidate: Orphan | Refused): candidate is Refused {
  return "problem" in candidate;
}

/** Throws UsageError unless each name is that of an orphaned set, and Error if that is not known. */
export function requireOrphans(config: Config, names: readonly string[]): readonly string[] {
  const found = orphanedSets(config);
  if (found.kind === "unreadable") throw new Error(found.problem);
  const orphans = found.kind === "present" ? found.value : [];
  for (const name of names) {
    if (orphans.includes(name)) continue;
    throw new UsageError(`${whyNot(config, name, orphans)}; nothing was archived`, "prune");
  }
  return [...new Set(names)];
}

function whyNot(
  { certStore, certificates, trust, file }: Config,
  name: string,
  orphans: readonly string[],
): string {
  if (certificates.some((spec) => spec.name === name)) {
    return `The certificate ${quote(name)} is in "${file}", so its set is in use; ` +
      "remove it from there first";
  }
  if (trust.some((spec) => spec.name === name)) {
    return `The trust entry ${
      quote(name)
    } is in "${file}", so its files in the store are in use; ` +
      "remove it from there first";
  }
  if (name.includes("/")) {
    const last = name.split("/").findLast((part) => part !== "") ?? "";
    const fix = orphans.includes(last) ? `: vcm prune ${shellWord(last)}` : "";
    return `${quote(name)} is a path; give the name of a set in the store${fix}`;
  }
  const none = `There is no set ${quote(name)} in the store "${certStore}"`;
  // Anything but a name could lead out of the archive.
  const archived = name === "" || name.startsWith(".")
    ? undefined
    : observe(certStore, () => archivedSets(certStore, name));
  if (archived?.kind === "unreadable") return `${none}; ${archived.problem}`;
  const last = archived?.kind === "present" ? archived.value.at(-1) : undefined;
  if (last !== undefined) return `${none}; in its archive there is "${last}"`;
  const guess = nearest(name, orphans);
  return guess === undefined
    ? `${none}; to see the sets that are not in "${file}": vcm status`
    : `${none}; did you mean "${guess}"?`;
}

/** Undefined: another command moved it away. */
export function examine({ certStore, file }: Config, name: string): Orphan | Refused | undefined {
  const revocation = readPendingRevocation(certStore, name);
  if (revocation.kind === "unreadable") return { name, problem: revocation.problem };
  if (revocation.kind === "present") {
    const other = isOfOtherFile(revocation.value, file)
      ? ` --config ${shellWord(revocation.value.file)}`
      : "";
    const problem = `its revocation (serial ${revocation.value.serial}) was begun and is not ` +
      `finished; finish it first: vcm revoke ${shellWord(name)}${other}`;
    return { name, problem };
  }
  const seen = observe(`${certStore}/${name}`, () => {
    const directory = directoryOfSet(certStore, name);
    const { dev, ino, ctime } = Deno.lstatSync(directory);
    return { directory, identity: `${dev} ${ino} ${ctime?.getTime()}` };
  });
  if (seen.kind === "absent") return undefined;
  if (seen.kind === "unreadable") return { name, problem: seen.problem };
  const { directory, identity } = seen.value;
  const question =
    `Archive "${name}" (${describeCertificate(`${directory}/cert.pem`)})? Deployed ` +
    "files stay. If another configuration file names it, its next run issues a new certificate.";
  return { name, identity, question };
}

function describeCertificate(path: string): string {
  const text = readText(path);
  if (text.kind === "absent") return "no certificate in it";
  if (text.kind === "unreadable") return text.problem;
  try {
    const { serial, issuer, notAfter } = parseCertificate(text.value);
    return `serial ${serial}, issued by "${issuer}", valid until ${formatTime(notAfter)}`;
  } catch {
    return "its cert.pem is not a certificate";
  }
}
