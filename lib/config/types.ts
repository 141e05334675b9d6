/**
 * The typed configuration: what one `vcm.yaml` asks for, with defaults filled in and short and long
 * forms unified. No later module reads YAML.
 */
import type { WantedNames } from "../certificate/names.ts";
import type { RenewalRule } from "../certificate/renewal.ts";
import type { Format } from "../certificate/types.ts";
import type { Secret } from "../text/secret.ts";

/** The action that makes a service load new files: systemd's verbs, and `signal`. */
export const CONTROLS = [
  "reload",
  "restart",
  "reload-or-restart",
  "try-reload-or-restart",
  "start",
  "signal",
] as const;
export type Control = typeof CONTROLS[number];

/** What manages a service, or for a service without a manager, how it is told to load new files. */
export const MANAGERS = ["systemd", "docker", "podman", "pid_file", "command"] as const;
export type Manager = typeof MANAGERS[number];

/** Protocols that start in plain text and switch to TLS. */
export const STARTTLS = ["smtp", "imap", "pop3", "postgres"] as const;
export type StartTls = typeof STARTTLS[number];

/** Where a service serves a certificate. */
export interface ProbeSpec {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The name to request (SNI); absent: none. */
  readonly serverName?: string;
  readonly startTls?: StartTls;
  /** Seconds for one probe, and until the new certificate must be served after an action. */
  readonly timeout: number;
}

/** A maintenance window of the week, in the host's time zone. */
export interface MaintenanceWindow {
  /** As written in the file. */
  readonly text: string;
  /** Days on which it opens, 1 (Monday) to 7 (Sunday). */
  readonly days: readonly number[];
  /** Minutes after midnight. */
  readonly from: number;
  /** Minutes after midnight, up to 1,440; if not after `from`, on the next day. */
  readonly to: number;
}

/** Where the private key is generated: on the server, or on this host, which then sends a CSR. */
export const KEY_ORIGINS = ["vault", "local"] as const;
export type KeyOrigin = typeof KEY_ORIGINS[number];

/** Types of private keys, with the bits of the curve or of the modulus. */
export const KEY_TYPES = [
  "ec-256",
  "ec-384",
  "rsa-2048",
  "rsa-3072",
  "rsa-4096",
  "ed25519",
] as const;
export type KeyType = typeof KEY_TYPES[number];

/** How the server's TLS certificate is verified. */
export type TlsTrust =
  | { readonly kind: "system" }
  /** With the CAs of one PEM file, or of all files in one directory. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "off" };

/** The auth methods that `auth` can name. */
export const AUTH_METHODS = ["token", "approle", "cert", "jwt", "kubernetes", "none"] as const;
export type AuthMethod = typeof AUTH_METHODS[number];

/** How to log in, as far as it is configured; paths are absolute. */
export type LoginSettings =
  /** An agent or proxy adds the token. */
  | { readonly kind: "none" }
  | {
    readonly kind: "approle";
    readonly mount: string;
    /** The ids are in the older keys `vault_role_id` and `vault_secret_id`. */
    readonly isOlder?: boolean;
    readonly roleId?: Secret | undefined;
    readonly secretId?: Secret | undefined;
    readonly secretIdFile?: string | undefined;
    /** Contains a wrapping token; its secret id is written to `secretIdFile`. */
    readonly wrappedSecretIdFile?: string | undefined;
  }
  | { readonly kind: "cert"; readonly mount: string; readonly role?: string | undefined }
  | {
    readonly kind: "jwt" | "kubernetes";
    readonly mount: string;
    readonly role?: string | undefined;
    readonly jwtFile?: string | undefined;
    /** Program and arguments that print the JWT; only of `jwt`. */
    readonly jwtCommand?: readonly string[] | undefined;
  };

/** How to reach and log in to the server, as far as it is configured. */
export interface VaultSettings {
  /** Base addresses in the order in which they are tried; empty if none is configured. */
  readonly addresses: readonly string[];
  /** Hosts, with a port or without, to which a request may be redirected. */
  readonly redirectHosts: readonly string[];
  /** Plain http is allowed to other hosts, too. */
  readonly allowHttp: boolean;
  readonly namespace?: string | undefined;
  readonly trust: TlsTrust;
  /** The name that the server's certificate must have, if it differs from the address. */
  readonly serverName?: string | undefined;
  /** Absolute paths of the TLS client certificate and of its key. */
  readonly clientCert?: string | undefined;
  readonly clientKey?: string | undefined;
  /** How often a request is retried. */
  readonly retries?: number | undefined;
  /** Seconds for one request, including its retries. */
  readonly timeout: number;
  /** Absolute path of a file that contains a token. */
  readonly tokenFile?: string | undefined;
  readonly login?: LoginSettings | undefined;
}

/** What files and bundles have in common. */
interface CommonTargetSpec {
  readonly path: string;
  /** Absent, like `group` and `mode`, if not configured. */
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** Permission bits, 0 to 0o7777. */
  readonly mode?: number | undefined;
  readonly createDirs: boolean;
}

/** A file that a service reads. */
export interface FileSpec extends CommonTargetSpec, Format {
  /** Overwrite the existing file, which is not atomic; a mounted file cannot be replaced. */
  readonly inPlace?: boolean | undefined;
  /** Replace an existing file even if it is not a certificate or key. */
  readonly overwrite?: boolean | undefined;
}

type FileOnly = "order" | "passwordFile" | "alias" | "inPlace" | "overwrite";

/** A directory with all files of a set, which is replaced as a whole. */
export interface BundleSpec extends CommonTargetSpec, Partial<Record<FileOnly, never>> {
  readonly what: "bundle";
}

export type TargetSpec = FileSpec | BundleSpec;

/** What was issued before a time is issued again. */
export interface ReissueRule {
  readonly issuedBefore: Date;
  /** Seconds from that time on, over which it is spread. */
  readonly within: number;
}

/** The private key that a certificate must have. */
export interface KeySpec {
  readonly origin: KeyOrigin;
  /** Absent: the server's role decides, and a local key is `ec-256`. */
  readonly type?: KeyType;
  /** Keep the stored key at renewal; only for local keys. */
  readonly reuse: boolean;
}

/** A service that reads a certificate's files. */
export interface ServiceSpec {
  /** Unique: the unit, or manager and name, `docker:web`. */
  readonly id: string;
  /** The manager's name for it: a full unit name or a container; otherwise a name for people. */
  readonly name: string;
  /** Absent: systemd or, if it has no such unit, Docker or Podman. */
  readonly manager?: Manager | undefined;
  readonly control: Control;
  /** Without `SIG`. */
  readonly signal?: string | undefined;
  /** Absolute path of the file with its process id. */
  readonly pidFile?: string | undefined;
  /** Program and arguments that make it load new files. */
  readonly command?: readonly string[] | undefined;
  /** Program and arguments that validate the new files before the action. */
  readonly validate?: readonly string[] | undefined;
  readonly probe?: ProbeSpec | undefined;
  /** Seconds for its action, and the same for `validate`. */
  readonly timeout: number;
  /** Seconds for which it must stay up after its action. */
  readonly settle: number;
  /** Actions wait for one of these; empty: no wait. */
  readonly windows: readonly MaintenanceWindow[];
  /** Services act in ascending order. */
  readonly order: number;
}

/** What is kept in the store and deployed: a certificate, or what verifies certificates. */
export interface EntrySpec {
  /** Unique in the file; also the name of the directory in the store. */
  readonly name: string;
  readonly targets: readonly TargetSpec[];
  readonly services: readonly ServiceSpec[];
  /** Renewals and actions of services wait for one of these; empty: no wait. */
  readonly windows: readonly MaintenanceWindow[];
}

/** Where the content of a trust entry comes from, and when it is asked for. */
export interface TrustSource {
  /** The certificates of issuers, or their CRLs. */
  readonly kind: "ca_bundle" | "crl";
  /** Each a mount, which means all of its issuers, or `MOUNT/issuer/REF`. */
  readonly paths: readonly string[];
  /** Of a bundle: seconds after which it is asked for again. A CRL says itself when it ends. */
  readonly refresh: number;
}

/** The desired state of one trust entry. */
export interface TrustSpec extends EntrySpec {
  readonly source: TrustSource;
}

/** The desired state of one certificate. */
export interface CertificateSpec extends EntrySpec, WantedNames, RenewalRule {
  readonly excludeCnFromSans: boolean;
  /** Requested lifetime in seconds; absent: the role decides. */
  readonly ttl?: number | undefined;
  /** The same as written. */
  readonly ttlText?: string | undefined;
  /** How many earlier sets are kept in the store's archive. */
  readonly keep: number;
  readonly reissue?: ReissueRule | undefined;
  /** Common name that the issuer must have. */
  readonly issuer?: string | undefined;
  /** Path of the PKI mount, without leading or trailing slashes. */
  readonly pki: string;
  readonly role: string;
  /** Name or id of the mount's issuer; absent: the role decides. */
  readonly issuerRef?: string | undefined;
  readonly removeRootsFromChain: boolean;
  readonly key: KeySpec;
}

export interface Config {
  /** The path of the file, as it was given. */
  readonly file: string;
  /** The paths of the files that it includes. */
  readonly included?: readonly string[];
  /** Absolute path of the store. */
  readonly certStore: string;
  /** Absolute path of a file to append the log to. */
  readonly logFile?: string | undefined;
  readonly metricsFile?: string | undefined;
  /** Seconds after which a run begins nothing new. */
  readonly maxRun: number;
  readonly vault: VaultSettings;
  readonly certificates: readonly CertificateSpec[];
  readonly trust: readonly TrustSpec[];
}

/** All that has targets and services. */
export function entriesOf(
  { certificates, trust }: Config,
): readonly (CertificateSpec | TrustSpec)[] {
  return trust.length === 0 ? certificates : [...certificates, ...trust];
}
