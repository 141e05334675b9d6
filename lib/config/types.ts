/**
 * The typed configuration: what one `vcm.yaml` asks for, with every default filled in and both
 * published forms made one. Nothing later in the program looks at YAML again.
 */
import type { Secret } from "./secret.ts";

/** Which PEM file of a stored set a target takes. */
export const WHATS = ["cert", "chain", "fullchain", "privkey"] as const;
export type What = typeof WHATS[number];

/** What is done to a service that has to load new files, in systemd's words. */
export const CONTROLS = [
  "reload",
  "restart",
  "reload-or-restart",
  "try-reload-or-restart",
] as const;
export type Control = typeof CONTROLS[number];

/** How long before its end a certificate is renewed: a duration, or a share of its lifetime. */
export type RenewalWindow =
  | { readonly kind: "duration"; readonly seconds: number }
  | { readonly kind: "share"; readonly percent: number };

/** How the server's TLS certificate is verified. */
export type TlsTrust =
  | { readonly kind: "system" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "off" };

/** How to reach and log in to the server, as far as the file says it. */
export interface VaultSettings {
  /** Base addresses in the order in which they are tried; empty where the file names none. */
  readonly addresses: readonly string[];
  readonly namespace?: string;
  readonly trust: TlsTrust;
  /** Absolute path of a file that holds a token. */
  readonly tokenFile?: string;
  readonly roleId?: Secret;
  readonly secretId?: Secret;
}

/** One file that a service reads. `owner`, `group` and `mode` are absent where the file is silent. */
export interface TargetSpec {
  readonly what: What;
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits, 0 to 0o7777. */
  readonly mode?: number;
  readonly createDirs: boolean;
}

/** A service that reads a certificate's files. */
export interface ServiceSpec {
  /** Full systemd unit name, `nginx.service`. */
  readonly unit: string;
  readonly control: Control;
  /** Services act in ascending order. */
  readonly order: number;
}

/** The wish: one certificate as the file asks for it. */
export interface CertificateSpec {
  /** Unique in the file; also the name of the folder in the store. */
  readonly name: string;
  readonly commonName: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  /** Requested lifetime in seconds; absent: the role decides. */
  readonly ttl?: number;
  readonly renew: RenewalWindow;
  /** Path of the PKI mount, without slashes at its ends. */
  readonly pki: string;
  readonly role: string;
  readonly targets: readonly TargetSpec[];
  readonly services: readonly ServiceSpec[];
}

export interface Config {
  /** The file that was read, as it was named. */
  readonly file: string;
  /** Absolute path of the store. */
  readonly certStore: string;
  /** Absolute path of a file to append the log to. */
  readonly logFile?: string;
  readonly vault: VaultSettings;
  readonly certificates: readonly CertificateSpec[];
}
