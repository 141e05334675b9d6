/** What the rules share while they check one file, and how they find values that clash. */
import type { KeyDiagnostic, KeyPath } from "./key_path.ts";
import { quote } from "../text/quote.ts";
import type { CertificateEntry, Draft, Settings } from "./schema.ts";
import type { KnownManagers } from "./service_form.ts";

export type Certificate = Draft<CertificateEntry>;

export interface RuleContext {
  readonly settings: Draft<Settings>;
  /** Tells which keys have a diagnostic already. */
  readonly isInvalid: (path: KeyPath) => boolean;
  readonly store: string;
  /** Where each certificate name and each path is used. */
  readonly names: Map<string, KeyPath>;
  readonly paths: Map<string, KeyPath>;
  /** The bundles among the paths. */
  readonly bundles: Map<string, KeyPath>;
  readonly managers: KnownManagers;
  /** Settings of services, and where they are set. */
  readonly serviceSettings: Map<string, { readonly value: string; readonly path: KeyPath }>;
  /** The certificate that each probe expects, and where it is set. */
  readonly probes: Map<string, { readonly index: number; readonly path: KeyPath }>;
  readonly diagnostics: KeyDiagnostic[];
}

/** Reports a setting of a service that differs from that of another certificate. */
export function agree(
  { serviceSettings, diagnostics }: RuleContext,
  setting: string,
  value: string,
  path: KeyPath,
): void {
  const other = serviceSettings.get(setting);
  if (other === undefined) serviceSettings.set(setting, { value, path });
  else if (other.value !== value) {
    diagnostics.push({ path, message: "differs from", other: other.path });
  }
}

/** Records where a text is used, or reports the place that uses it already. */
export function claim(
  { diagnostics }: RuleContext,
  taken: Map<string, KeyPath>,
  text: string,
  path: KeyPath,
): void {
  const other = taken.get(text);
  if (other === undefined) taken.set(text, path);
  else diagnostics.push({ path, message: `${quote(text)} is already used by`, other });
}
