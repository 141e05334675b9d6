/** Certificates in the configurations of the web servers of the host. */
import type { TargetKind } from "../../certificate/types.ts";

/** Access to configurations; read only. */
export interface SiteReader {
  /** Throws Error, that of the system or a similar one. */
  read(path: string): { readonly text: string };
  /** The bytes of a regular file. Throws Error. */
  bytes(path: string): Uint8Array;
  /** Names of all entries of a directory. Throws the error of the system. */
  list(path: string): readonly string[];
  exists(path: string): boolean;
  /** Permission bits of the file, links followed. Undefined if they cannot be read. */
  mode(path: string): number | undefined;
  /** The resolved path, even if nothing exists there. The path itself if it cannot be resolved. */
  real(path: string): string;
}

/** A web server. */
export interface Program {
  readonly name: "nginx" | "Apache" | "HAProxy";
  /** The systemd unit, by the place of the configuration. Running units are not looked up. */
  readonly unit: string;
  /** The command that validates its configuration and the files that it names. */
  readonly validate: readonly string[];
}

/** A file that a server reads, and its required content. */
export interface UsedFile {
  readonly kind: TargetKind;
  readonly path: string;
  /** The mode that keeps it as accessible as now, if that is not the default mode. */
  readonly mode?: number;
  /** Why the content is uncertain; the user must decide. */
  readonly doubt?: string;
}

/** A certificate in one place of a configuration. */
export interface CertificateUse {
  readonly program: Program;
  /** `FILE:LINE` */
  readonly at: string;
  /** As written there. */
  readonly names: readonly string[];
  /** The present path of the certificate. */
  readonly certificate: string;
  readonly files: readonly UsedFile[];
}

/** Something that cannot be proposed, or only in part. */
export interface SiteNote {
  /** `FILE:LINE`, or a file. */
  readonly at: string;
  readonly message: string;
}

/** The result of a scan. */
export interface Gathered {
  readonly uses: CertificateUse[];
  readonly notes: SiteNote[];
}
