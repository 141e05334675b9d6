/**
 * The typed configuration: what one `vcm.yaml` asks for, with every default filled in and both
 * published forms made one. Nothing later in the program looks at YAML again.
 */
import type { Format, RenewalWindow } from "../certificate/types.ts";
import type { Secret } from "../text/secret.ts";

/** What is done to a service that has to load new files, in systemd's words; `signal` is ours. */
export const CONTROLS = [
  "reload",
  "restart",
  "reload-or-restart",
  "try-reload-or-restart",
  "start",
  "signal",
] as const;
export type Control = typeof CONTROLS[number];

/** Who starts and stops a service, or how it is told to load new files where nobody does. */
export const MANAGERS = ["systemd", "docker", "podman", "pid_file", "command"] as const;
export type Manager = typeof MANAGERS[number];

/** Protocols that begin in plain text and go over to TLS. */
export const STARTTLS = ["smtp", "imap", "pop3", "postgres"] as const;
export type StartTls = typeof STARTTLS[number];

/** Where a service serves a certificate, to be looked at there. */
export interface ProbeSpec {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The name that is asked for (SNI); absent: none. */
  readonly serverName?: string;
  readonly startTls?: StartTls;
  /** Seconds for one look, and for the new certificate to be served after the service acted. */
  readonly timeout: number;
}

/** A time of the week, in the host's time zone, in which services may be disturbed. */
export interface MaintenanceWindow {
  /** As the file has it. */
  readonly text: string;
  /** Days on which it opens, 1 (Monday) to 7 (Sunday). */
  readonly days: readonly number[];
  /** Minutes after midnight. */
  readonly from: number;
  /** Minutes after midnight, up to 1,440; not after `from`: on the next day. */
  readonly to: number;
}

/** Who makes the private key: the server, or this host, which then sends a request to be signed. */
export const KEY_ORIGINS = ["vault", "local"] as const;
export type KeyOrigin = typeof KEY_ORIGINS[number];

/** Kinds of private keys, with the curve's or the modulus's bits. */
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
  /** By the authorities of one PEM file, or of all in one directory. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "off" };

/** The auth methods that `auth` can name. */
export const AUTH_METHODS = ["token", "approle", "cert", "jwt"] as const;
export type AuthMethod = typeof AUTH_METHODS[number];

/** How to log in, as far as the file says it; paths are absolute. */
export type LoginSettings =
  | {
    readonly kind: "approle";
    readonly mount: string;
    readonly roleId?: Secret;
    readonly secretId?: Secret;
    readonly secretIdFile?: string;
    /** Holds a wrapping token, whose secret id is kept in `secretIdFile`. */
    readonly wrappedSecretIdFile?: string;
  }
  | { readonly kind: "cert"; readonly mount: string; readonly role?: string }
  | {
    readonly kind: "jwt";
    readonly mount: string;
    readonly role?: string;
    readonly jwtFile?: string;
  };

/** How to reach and log in to the server, as far as the file says it. */
export interface VaultSettings {
  /** Base addresses in the order in which they are tried; empty where the file names none. */
  readonly addresses: readonly string[];
  /** Hosts, with a port or without, to which a request may be redirected. */
  readonly redirectHosts: readonly string[];
  /** Plain http is allowed to more than this host itself. */
  readonly allowHttp: boolean;
  readonly namespace?: string;
  readonly trust: TlsTrust;
  /** The name that the server's certificate has to be for, where it is not the address's. */
  readonly serverName?: string;
  /** Absolute paths of our own certificate for TLS and of its key. */
  readonly clientCert?: string;
  readonly clientKey?: string;
  /** How often a request is sent again. */
  readonly retries?: number;
  /** Seconds for one request, with all that it is sent again. */
  readonly timeout?: number;
  /** Absolute path of a file that holds a token. */
  readonly tokenFile?: string;
  readonly login?: LoginSettings;
}

/** One file, or bundle of files, that a service reads. `owner`, `group` and `mode` are absent where the file is silent. */
export interface TargetSpec extends Format {
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits, 0 to 0o7777. */
  readonly mode?: number;
  readonly createDirs: boolean;
  /** Written through the file that is there, which then can be half: a mounted file has no other way. */
  readonly inPlace?: boolean;
  /** What lies there is replaced, even if it is no certificate or key. */
  readonly overwrite?: boolean;
}

/** The private key that a certificate is to have. */
export interface KeySpec {
  readonly origin: KeyOrigin;
  /** Absent: the server's role decides, and a key of our own is `ec-256`. */
  readonly type?: KeyType;
  /** The stored key goes on to be used; only where the key is made on this host. */
  readonly reuse: boolean;
}

/** A service that reads a certificate's files. */
export interface ServiceSpec {
  /** Tells services apart: the unit, or manager and name, `docker:web`. */
  readonly id: string;
  /** As its manager knows it: a full unit name, a container; else a name for people. */
  readonly name: string;
  /** Absent: systemd or, where it has no such unit, Docker or Podman. */
  readonly manager?: Manager;
  readonly control: Control;
  /** Without `SIG`. */
  readonly signal?: string;
  /** Absolute path of the file that holds the id of its process. */
  readonly pidFile?: string;
  /** Program and arguments that make it load new files. */
  readonly command?: readonly string[];
  /** Program and arguments that judge the new files before the action. */
  readonly validate?: readonly string[];
  readonly probe?: ProbeSpec;
  /** Seconds for its action, and as many for `validate`. */
  readonly timeout: number;
  /** Actions wait for one of them; empty: they need not. */
  readonly windows: readonly MaintenanceWindow[];
  /** Services act in ascending order. */
  readonly order: number;
}

/** The wish: one certificate as the file asks for it. */
export interface CertificateSpec {
  /** Unique in the file; also the name of the directory in the store. */
  readonly name: string;
  readonly commonName: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  readonly uriSans: readonly string[];
  readonly emailSans: readonly string[];
  /** `OID;UTF8:TEXT`, as Vault writes them. */
  readonly otherSans: readonly string[];
  readonly excludeCnFromSans: boolean;
  /** Requested lifetime in seconds; absent: the role decides. */
  readonly ttl?: number;
  readonly renew: RenewalWindow;
  /** Percent of the window by which renewals are moved apart; 0: not at all. */
  readonly spread: number;
  /** How many earlier sets are kept in the store's archive. */
  readonly keep: number;
  /** Common name that the issuer has to have. */
  readonly issuer?: string;
  /** Renewals wait for one of them; empty: they need not. */
  readonly windows: readonly MaintenanceWindow[];
  /** Path of the PKI mount, without slashes at its ends. */
  readonly pki: string;
  readonly role: string;
  /** Name or id of the mount's issuer; absent: the role decides. */
  readonly issuerRef?: string;
  readonly removeRootsFromChain: boolean;
  readonly key: KeySpec;
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
  readonly metricsFile?: string;
  readonly vault: VaultSettings;
  readonly certificates: readonly CertificateSpec[];
}
