/** What the rules share while they check one file. */
import { quote } from "../text/quote.ts";
import { DEFAULT_CERT_STORE } from "./defaults.ts";
import { formatKeyPath, type KeyDiagnostic, type KeyPath } from "./diagnostic.ts";
import type { CertificateEntry, File, Settings } from "./schema.ts";
import type { Draft } from "./read_tree.ts";
import { type KnownManagers, knownManagers } from "./service_form.ts";

export type Certificate = Draft<CertificateEntry>;

export class RuleContext {
  readonly settings: Draft<Settings>;
  readonly store: string;
  readonly managers: KnownManagers;
  /** The key that uses each certificate name, each path and each bundle among the paths. */
  readonly names = new Map<string, KeyPath>();
  readonly paths = new Map<string, KeyPath>();
  readonly bundles = new Map<string, KeyPath>();
  /** The certificate that each probe expects, and the key of the probe. */
  readonly probes = new Map<string, { readonly index: number; readonly path: KeyPath }>();
  readonly diagnostics: KeyDiagnostic[] = [];
  readonly #invalid: ReadonlySet<string>;
  readonly #serviceSettings = new Map<string, { value: string; path: KeyPath }>();

  /** @param found The diagnostics of the schema. */
  constructor(
    { config = {}, certs = [], trust = [] }: Draft<File>,
    found: readonly KeyDiagnostic[],
  ) {
    this.settings = config;
    this.store = config.cert_store ?? DEFAULT_CERT_STORE;
    this.managers = knownManagers(
      [...certs, ...trust].flatMap((entry) => entry?.service ?? []).filter((service) =>
        service !== undefined
      ),
    );
    this.#invalid = new Set(found.map(({ path }) => formatKeyPath(path)));
  }

  /** Whether a key has a diagnostic of the schema already. */
  isInvalid(path: KeyPath): boolean {
    return this.#invalid.size > 0 && this.#invalid.has(formatKeyPath(path));
  }

  /** @param other The other key of a clash. */
  report(path: KeyPath, message: string, other?: KeyPath): void {
    this.diagnostics.push({ path, message, other });
  }

  /** Records the key that uses a text, or reports the other key that uses it already. */
  claim(taken: Map<string, KeyPath>, text: string, path: KeyPath): void {
    const other = taken.get(text);
    if (other === undefined) taken.set(text, path);
    else this.report(path, `${quote(text)} is already used by`, other);
  }

  /** Reports a setting of a service that differs from that of another certificate. */
  agree(setting: string, value: string, path: KeyPath): void {
    const other = this.#serviceSettings.get(setting);
    if (other === undefined) this.#serviceSettings.set(setting, { value, path });
    else if (other.value !== value) this.report(path, "differs from", other.path);
  }
}
