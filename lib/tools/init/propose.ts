/**
 * From what web servers read to the certificates that VCM could keep: one for each file that holds
 * one now, however many places name it. Pure.
 */
import type { Certificate } from "../../certificate/certificate.ts";
import { defaultMode, holdsKey } from "../../config/format.ts";
import { InvalidValue } from "../../config/invalid_value.ts";
import { readCertificateName } from "../../config/read_names.ts";
import { formatTime } from "../../text/format_time.ts";
import { sortNames } from "./names.ts";
import { refuse } from "./refuse.ts";
import type { CertificateUse, Gathered, Program, SiteNote, UsedFile } from "./types.ts";

/** A certificate that VCM could keep. */
export interface Proposal {
  /** Unlike that of every other one. */
  readonly name: string;
  /** Where it is not the name. */
  readonly commonName?: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  /** Where it is named, `FILE:LINE`. */
  readonly at: readonly string[];
  readonly files: readonly UsedFile[];
  readonly programs: readonly Program[];
  /** What a person should know, a sentence each. */
  readonly remarks: readonly string[];
}

export interface Proposals {
  readonly proposals: readonly Proposal[];
  /** What cannot be proposed. */
  readonly notes: readonly SiteNote[];
}

/** What lies at the paths now. */
export interface Present {
  /** The certificate in a file; why there is none to be read, where there is not. */
  certificate(path: string): Certificate | string;
  /** Permission bits; absent where they cannot be told. */
  mode(path: string): number | undefined;
  /** Where it leads; itself where that cannot be told. */
  real(path: string): string;
}

export function propose({ uses, notes }: Gathered, present: Present): Proposals {
  const groups = [...Map.groupBy(uses, ({ certificate }) => certificate).values()]
    .map((group) => ({ group, files: mergeFiles(group.flatMap(({ files }) => files)) }));
  const counts = new Map<string, number>();
  for (const { path, doubt } of groups.flatMap(({ files }) => files)) {
    if (doubt === undefined) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  const names = new Map<string, number>();
  const proposals: Proposal[] = [];
  const left: SiteNote[] = [...notes];
  for (const { group, files } of groups) {
    const refusal = refuse(files, {
      isShared: (path) => (counts.get(path) ?? 0) > 1,
      real: (path) => present.real(path),
    });
    const proposal = refusal ?? proposeOne(group, files, { names, present });
    if (typeof proposal !== "string") proposals.push(proposal);
    else left.push({ at: group[0]?.at ?? "", message: proposal });
  }
  return { proposals, notes: left };
}

/** Why it cannot be proposed, where it cannot. */
function proposeOne(
  uses: readonly CertificateUse[],
  files: readonly UsedFile[],
  { names, present }: { readonly names: Map<string, number>; readonly present: Present },
): Proposal | string {
  const path = uses[0]?.certificate ?? "";
  const now = present.certificate(path);
  const served = sortNames(uses.flatMap(({ names }) => names));
  const { dns, ip } = sortNames([...served.dns, ...served.ip, ...namesIn(now)]);
  const [first = ip[0]] = dns;
  if (first === undefined) {
    const why = typeof now === "string" ? `, and it cannot be read: ${now}` : "";
    return `no name is known for the certificate ${path}${why}`;
  }
  const name = freeName(first, names);
  const known = new Set([...served.dns, ...served.ip]);
  return {
    name,
    ...(name === first ? {} : { commonName: first }),
    dnsSans: dns.slice(1),
    ipSans: ip,
    at: [...new Set(uses.map(({ at }) => at))],
    files: files.map((file) => withMode(file, present.mode(file.path))),
    programs: [...new Map(uses.map(({ program }) => [program.unit, program])).values()],
    remarks: [
      ...remarksOn(now, served.odd, [...dns, ...ip].filter((name) => !known.has(name))),
      ...files.filter((file) => isOpenKey(file, present.mode(file.path)))
        .map(({ path }) => `Every user may read the key in ${path} now, and then no more.`),
    ],
  };
}

/** All that it is good for; a common name counts, as it may be its only one. */
function namesIn(now: Certificate | string): string[] {
  if (typeof now === "string") return [];
  const { dnsNames, ipAddresses, commonName } = now;
  return [...dnsNames, ...ipAddresses, ...(commonName === undefined ? [] : [commonName])];
}

/** What holds more where two places want different things of one file. */
const RANK = ["chain", "cert", "fullchain", "privkey", "combined"];

function mergeFiles(files: readonly UsedFile[]): UsedFile[] {
  const merged = new Map<string, UsedFile>();
  for (const file of files) {
    const known = merged.get(file.path);
    const wins = known === undefined || RANK.indexOf(file.what) > RANK.indexOf(known.what);
    // A key, and a certificate, of one path are both.
    const both = known !== undefined && (known.what === "privkey") !== (file.what === "privkey");
    if (both) merged.set(file.path, { what: "combined", path: file.path });
    else if (wins) merged.set(file.path, file);
  }
  return [...merged.values()];
}

/** The services that read it now go on to; but no key is open to every user. */
function withMode(file: UsedFile, mode: number | undefined): UsedFile {
  if (mode === undefined) return file;
  const kept = mode & (holdsKey(file.what) ? 0o770 : 0o777);
  return kept === defaultMode(file.what) ? file : { ...file, mode: kept };
}

function isOpenKey({ what, doubt }: UsedFile, mode = 0): boolean {
  return doubt === undefined && holdsKey(what) && (mode & 0o004) !== 0;
}

/** Of several certificates with one chain the first writes it; asked once it is known which are kept. */
export function shareChains(proposals: readonly Proposal[]): Proposal[] {
  const writers = new Map<string, string>();
  return proposals.map((proposal) => ({
    ...proposal,
    files: proposal.files.map((file) => {
      if (file.doubt !== undefined) return file;
      const writer = writers.get(file.path);
      if (writer !== undefined) return { ...file, doubt: `"${writer}" writes it already` };
      writers.set(file.path, proposal.name);
      return file;
    }),
  }));
}

/** A directory in the store is named by it, so that it must be another one's and no path. */
function freeName(first: string, names: Map<string, number>): string {
  const base = readCertificateName(first) instanceof InvalidValue ? "certificate" : first;
  let name = base;
  // Where the last search ended: many certificates of one name would take time by the square.
  for (let number = names.get(base) ?? 1; names.has(name); name = `${base}-${number}`) {
    names.set(base, ++number);
  }
  names.set(name, 1);
  return name;
}

function remarksOn(
  now: Certificate | string,
  odd: readonly string[],
  added: readonly string[],
): string[] {
  const remarks: string[] = [];
  if (typeof now === "string") {
    remarks.push(`It may have more names: its file cannot be read (${now}).`);
  } else remarks.push(`Now from "${now.issuer}", until ${formatTime(now.notAfter)}.`);
  if (added.length > 0) remarks.push(`Only the present certificate has: ${added.join(", ")}.`);
  if (odd.length > 0) remarks.push(`No certificate can have: ${odd.join(", ")}.`);
  return remarks;
}
