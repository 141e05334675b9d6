/** What is known while the rules go through a file, and how they find things that clash. */
import type { Finding, KeyPath } from "./key_path.ts";
import { quote } from "../text/quote.ts";
import type { CertificateEntry, Draft, Settings } from "./schema.ts";
import type { KnownManagers } from "./service_form.ts";

export type Certificate = Draft<CertificateEntry>;

export interface Round {
  readonly settings: Draft<Settings>;
  /** Tells which keys have a finding already. */
  readonly wrong: (path: KeyPath) => boolean;
  readonly store: string;
  readonly storePrefix: string;
  readonly names: Map<string, KeyPath>;
  readonly paths: Map<string, KeyPath>;
  /** Bundles among them. */
  readonly bundles: Map<string, KeyPath>;
  readonly managers: KnownManagers;
  /** What was said of a service, and where. */
  readonly said: Map<string, { readonly value: string; readonly path: KeyPath }>;
  /** The certificate that a place and name are asked for, and where. */
  readonly probes: Map<string, { readonly index: number; readonly path: KeyPath }>;
  readonly findings: Finding[];
}

/** Reports a value that differs from what another certificate says of the same thing. */
export function agree({ said, findings }: Round, what: string, value: string, path: KeyPath): void {
  const other = said.get(what);
  if (other === undefined) said.set(what, { value, path });
  else if (other.value !== value) {
    findings.push({ path, message: "differs from", other: other.path });
  }
}

/** Takes a text for one place in the file, or reports the place that has taken it before. */
export function claim(
  round: Round,
  taken: Map<string, KeyPath>,
  text: string,
  path: KeyPath,
): void {
  const other = taken.get(text);
  if (other === undefined) taken.set(text, path);
  else round.findings.push({ path, message: `${quote(text)} is already used by`, other });
}
