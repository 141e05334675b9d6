/** What the configurations of the host's web servers say of certificates. */
import type { What } from "../../certificate/types.ts";

/** How a configuration is looked at; nothing else is done to it. */
export interface SiteReader {
  /** Throws Error, the system's or in its kind. */
  read(path: string): { readonly text: string };
  /** The same as bytes. */
  bytes(path: string): Uint8Array;
  /** Names of all that lies in a directory. Throws the system's error. */
  list(path: string): readonly string[];
  exists(path: string): boolean;
  /** Permission bits of the file that a path leads to; absent where that cannot be told. */
  mode(path: string): number | undefined;
  /** Where a path leads; itself where that cannot be told. */
  real(path: string): string;
}

/** A web server, as VCM has to know it. */
export interface Program {
  readonly name: "nginx" | "Apache" | "HAProxy";
  /** systemd's unit, by the place of the configuration: which one runs is not looked up. */
  readonly unit: string;
  /** What judges its configuration and the files that it names. */
  readonly validate: readonly string[];
}

/** A file that a server reads, and what it has to hold. */
export interface UsedFile {
  readonly what: What;
  readonly path: string;
  /** What it has to have to be as open as it is, where that is not what such a file has anyway. */
  readonly mode?: number;
  /** Why it may not be that; a person has to decide. */
  readonly doubt?: string;
}

/** One certificate of one place in a configuration. */
export interface CertificateUse {
  readonly program: Program;
  /** `FILE:LINE` */
  readonly at: string;
  /** As they are written there. */
  readonly names: readonly string[];
  /** Where the certificate lies now. */
  readonly certificate: string;
  readonly files: readonly UsedFile[];
}

/** What was seen and cannot be proposed, or not wholly. */
export interface SiteNote {
  /** `FILE:LINE`, or a file. */
  readonly at: string;
  readonly message: string;
}

/** What one look gathers. */
export interface Gathered {
  readonly uses: CertificateUse[];
  readonly notes: SiteNote[];
}
