/**
 * Turns the files of web servers into certificates that VCM could manage: one for each certificate
 * file, however many places name it. Pure.
 */
import type { Certificate } from "../../certificate/certificate.ts";
import { defaultMode, holdsKey } from "../../config/format.ts";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { certificateName } from "../../config/scalars/names.ts";
import { formatTime } from "../../text/format_time.ts";
import { sortNames } from "./names.ts";
import type { CertificateUse, Gathered, Program, SiteNote, SiteReader, UsedFile } from "./types.ts";
import { refuse } from "./unusable_files.ts";

/** A certificate that VCM could manage. */
export interface Proposal {
  /** Unique. */
  readonly name: string;
  /** If it differs from the name. */
  readonly commonName?: string | undefined;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  /** Places that name it, `FILE:LINE`. */
  readonly at: readonly string[];
  readonly files: readonly UsedFile[];
  readonly programs: readonly Program[];
  /** Remarks for the user, one sentence each. */
  readonly remarks: readonly string[];
}

export interface Proposals {
  readonly proposals: readonly Proposal[];
  /** Notes on what cannot be proposed. */
  readonly notes: readonly SiteNote[];
}

/** The present files. */
export interface Present extends Pick<SiteReader, "mode" | "real"> {
  /** The certificate in a file, or why it cannot be read. */
  certificate(path: string): Certificate | string;
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
    const proposal = refuse(files, present.real, (path) => (counts.get(path) ?? 0) > 1) ??
      proposeOne(group, files, names, present);
    if (typeof proposal !== "string") proposals.push(proposal);
    else left.push({ at: group[0]?.at ?? "", message: proposal });
  }
  return { proposals, notes: left };
}

/** The proposal, or why there is none. */
function proposeOne(
  uses: readonly CertificateUse[],
  files: readonly UsedFile[],
  names: Map<string, number>,
  present: Present,
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
    commonName: name === first ? undefined : first,
    dnsSans: dns.slice(1),
    ipSans: ip,
    at: [...new Set(uses.map(({ at }) => at))],
    files: files.map((file) => withMode(file, present.mode(file.path))),
    programs: [...new Map(uses.map(({ program }) => [program.unit, program])).values()],
    remarks: [
      ...remarksOn(now, served.invalid, [...dns, ...ip].filter((name) => !known.has(name))),
      ...files.filter((file) => isOpenKey(file, present.mode(file.path)))
        .map(({ path }) => `Every user can read the key in ${path} now; VCM restricts its mode.`),
    ],
  };
}

/** All names of the certificate. The common name counts, because it may be the only one. */
function namesIn(now: Certificate | string): string[] {
  if (typeof now === "string") return [];
  return [...now.dnsNames, ...now.ipAddresses, now.commonName ?? ""];
}

/** If two places need different content in one file, the later entry wins. */
const RANK = ["chain", "cert", "fullchain", "privkey", "combined"];

function mergeFiles(files: readonly UsedFile[]): UsedFile[] {
  const merged = new Map<string, UsedFile>();
  for (const file of files) {
    const known = merged.get(file.path);
    const wins = known === undefined || RANK.indexOf(file.kind) > RANK.indexOf(known.kind);
    // A key and a certificate with one path are a combined file.
    const both = known !== undefined && (known.kind === "privkey") !== (file.kind === "privkey");
    if (both) merged.set(file.path, { kind: "combined", path: file.path });
    else if (wins) merged.set(file.path, file);
  }
  return [...merged.values()];
}

/** Keeps the mode, so that services can still read the file; but a key is closed to other users. */
function withMode(file: UsedFile, mode: number | undefined): UsedFile {
  if (mode === undefined) return file;
  const kept = mode & (holdsKey(file.kind) ? 0o770 : 0o777);
  return kept === defaultMode(file.kind) ? file : { ...file, mode: kept };
}

function isOpenKey({ kind, doubt }: UsedFile, mode = 0): boolean {
  return doubt === undefined && holdsKey(kind) && (mode & 0o004) !== 0;
}

/**
 * If several certificates share a chain file, the first one writes it. Called once it is known
 * which certificates are used.
 */
export function shareChains(proposals: readonly Proposal[]): Proposal[] {
  const writers = new Map<string, string>();
  return proposals.map((proposal) => ({
    ...proposal,
    files: proposal.files.map((file) => {
      if (file.doubt !== undefined) return file;
      const writer = writers.get(file.path);
      if (writer !== undefined) return { ...file, doubt: `"${writer}" already writes it` };
      writers.set(file.path, proposal.name);
      return file;
    }),
  }));
}

/** It names a directory in the store, so it must be unique and not a path. */
function freeName(first: string, names: Map<string, number>): string {
  const base = certificateName.read(first) instanceof InvalidValue ? "certificate" : first;
  let name = base;
  // Continues after the last search: many certificates with one name would take quadratic time.
  for (let number = names.get(base) ?? 1; names.has(name); name = `${base}-${number}`) {
    names.set(base, ++number);
  }
  names.set(name, 1);
  return name;
}

function remarksOn(
  now: Certificate | string,
  invalid: readonly string[],
  added: readonly string[],
): string[] {
  const remarks: string[] = [];
  if (typeof now === "string") {
    remarks.push(`It may have more names: its file cannot be read (${now}).`);
  } else remarks.push(`Issued by "${now.issuer}", valid until ${formatTime(now.notAfter)}.`);
  if (added.length > 0) {
    remarks.push(`Names that only the current certificate has: ${added.join(", ")}.`);
  }
  if (invalid.length > 0) {
    remarks.push(`Names that no certificate can have: ${invalid.join(", ")}.`);
  }
  return remarks;
}
