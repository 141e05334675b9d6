/** The steps of a plan. */
import type {
  Count,
  DriftJson,
  DueJson,
  Mode,
  OfCertificate,
  PartJson,
  TargetKindJson,
  UserJson,
} from "./shared.ts";
import type { ServiceStepJson, ValidateStepJson } from "./service_steps.ts";

/** Something that is to be done. */
export type StepJson =
  | RecoverStepJson
  | RevokeStepJson
  | IssueStepJson
  | FetchStepJson
  | ForgetStepJson
  | DeployStepJson
  | TransferStepJson
  | ValidateStepJson
  | ServiceStepJson
  | ClearStepJson;

interface Keeps {
  /** How many earlier sets stay in the archive; absent: none. */
  readonly keep?: Count | undefined;
}

interface InUse {
  /** Expiry of the certificate that the services have loaded, if known. */
  readonly inUseUntil?: Date | undefined;
}

/** Recovers what an interrupted run left. */
export interface RecoverStepJson extends OfCertificate, Keeps {
  /** Recovers what an interrupted run left. */
  readonly kind: "recover";
  /** Whether an interrupted switch of the stored set is finished. */
  readonly store: boolean;
  /** Files that no service has validated, which are rolled back. */
  readonly pendingValidation: readonly {
    /** Path of the file. */
    readonly path: string;
    /** The user who rolls it back, if not the runner. */
    readonly by?: UserJson | undefined;
    /** Whether it is rolled back by writing into the existing file. */
    readonly inPlace?: boolean | undefined;
    /** Whether there was a file before. */
    readonly kept: boolean;
    /** Device, inode and birth time of the kept file, `DEVICE:INODE:MADE`. */
    readonly identity?: string | undefined;
  }[];
  /** Paths that are removed. */
  readonly leftovers: readonly string[];
  /** Those of them that are removed as another user. */
  readonly byUsers?:
    | readonly {
      /** The path. */
      readonly path: string;
      /** The user. */
      readonly by: UserJson;
    }[]
    | undefined;
  /** What is recovered, for people. */
  readonly detail: string;
  /** Whether the mode of the stored private key is set to 0600. */
  readonly closeKey: boolean;
  /** Files of the stored set that are rewritten in clean form; their content stays the same. */
  readonly rewrite?:
    | InUse & {
      /** Names of the files, without `.pem`. */
      readonly parts: readonly PartJson[];
      /** Services that read the store, because there are no targets. */
      readonly services: readonly string[];
    }
    | undefined;
}

/** Finishes a revocation that an interrupted command began. */
export interface RevokeStepJson extends OfCertificate {
  /** Finishes a revocation that an interrupted command began. */
  readonly kind: "revoke";
  /** What an earlier command started. */
  readonly revocation: {
    /** Serial number of the certificate that is revoked. */
    readonly serial: string;
    /** Path of the PKI mount that issued it. */
    readonly mount: string;
    /** The configuration file of the command that began it. */
    readonly file: string;
    /** Whether its private key is removed from the archive, too. */
    readonly forgetKey: boolean;
  };
  /** What is finished, for people. */
  readonly detail: string;
}

/** Issues a certificate into the store. */
export interface IssueStepJson extends OfCertificate, Keeps, InUse {
  /** Issues a certificate into the store. */
  readonly kind: "issue";
  /** Why it is issued. */
  readonly due: DueJson;
  /** Whether an earlier run received it and could not store it, so that the server is not asked. */
  readonly staged?: boolean | undefined;
  /** The archived set that is restored in its place, so that the server is not asked. */
  readonly archived?: {
    /** Its directory. */
    readonly path: string;
    /** What the next runs do with it, for people. */
    readonly outlook: string;
  } | undefined;
  /** What is sent to the server. */
  readonly request: CertificateRequestJson;
  /** The time of `reissue`, if the file has one. */
  readonly issuedBefore?: Date | undefined;
  /** How long before expiry it is renewed. */
  readonly renew:
    | {
      /** A duration before expiry. */
      readonly kind: "duration";
      /** The duration in seconds. */
      readonly seconds: Count;
    }
    | {
      /** A share of the lifetime. */
      readonly kind: "share";
      /** The share in percent. */
      readonly percent: number;
    };
  /** Percent of that window over which renewals are spread. */
  readonly spread: number;
  /** Services that read the store, because there are no targets. */
  readonly services: readonly string[];
  /** What is recorded if a certificate is issued and cannot be used. */
  readonly ifRefused: {
    /** Hash of what is asked for, of whom, and of the version of this program. */
    readonly entry: string;
    /** How many answers to the same request could not be used. */
    readonly count: Count;
    /** Until when the stored certificate can be used; absent: it cannot. */
    readonly validUntil?: Date | undefined;
  };
}

/** Asks the server for CA certificates or CRLs, and writes them to the store. */
export interface FetchStepJson extends OfCertificate, InUse {
  /** Asks the server for CA certificates or CRLs, and writes them to the store. */
  readonly kind: "fetch";
  /** Why it is asked. */
  readonly due: DueJson;
  /** What it is asked for. */
  readonly source: {
    /** Certificates of issuers, or their CRLs. */
    readonly kind: "ca_bundle" | "crl";
    /** Mounts, and issuers as `MOUNT/issuer/REF`. */
    readonly paths: readonly string[];
    /** Of certificates: seconds after which it is asked again. */
    readonly refresh: Count;
  };
  /** Services that read the store, because there are no targets. */
  readonly services: readonly string[];
}

/** Removes a record of answers that could not be used. */
export interface ForgetStepJson extends OfCertificate {
  /** Removes a record of answers that could not be used. */
  readonly kind: "forget";
  /** What is removed, for people. */
  readonly detail: string;
}

/** What is sent to the PKI secrets engine. */
export interface CertificateRequestJson {
  /** Mount path of the PKI secrets engine. */
  readonly mount: string;
  /** Name of the role. */
  readonly role: string;
  /** The common name; empty: none. */
  readonly commonName: string;
  /** Further DNS names. */
  readonly dnsSans: readonly string[];
  /** IP addresses. */
  readonly ipSans: readonly string[];
  /** URIs. */
  readonly uriSans: readonly string[];
  /** E-mail addresses. */
  readonly emailSans: readonly string[];
  /** Names of other kinds, `OID;UTF8:TEXT`. */
  readonly otherSans: readonly string[];
  /** Whether the SANs omit the common name. */
  readonly excludeCnFromSans: boolean;
  /** Whether the server omits the root from the chain. */
  readonly removeRootsFromChain: boolean;
  /** Name or ID of the issuer at the mount; absent: the role decides. */
  readonly issuerRef?: string | undefined;
  /** Common name that the issuer must have. */
  readonly issuer?: string | undefined;
  /** Lifetime in seconds; absent: the role decides. */
  readonly ttl?: Count | undefined;
  /** The lifetime as it is sent, if it is not sent in seconds. */
  readonly ttlText?: string | undefined;
  /** The private key. */
  readonly key: {
    /** Where it is generated. */
    readonly origin: "vault" | "local";
    /** Its type; absent: the role decides, and a local key is `ec-256`. */
    readonly type?:
      | "ec-256"
      | "ec-384"
      | "rsa-2048"
      | "rsa-3072"
      | "rsa-4096"
      | "ed25519"
      | undefined;
    /** Whether the stored key is reused. */
    readonly reuse: boolean;
  };
}

/** Writes targets. */
export interface DeployStepJson extends OfCertificate, InUse {
  /** Writes targets. */
  readonly kind: "deploy";
  /** Whether the stored set may be deployed if the issue step fails. */
  readonly storedSetUsable: boolean;
  /** Each target that is written. */
  readonly targets: readonly (FileStepJson | BundleStepJson)[];
  /** Services that must act if content changes. */
  readonly services: readonly string[];
  /** Whether replaced files are kept until services have validated the new ones. */
  readonly revocable: boolean;
}

/** Owner and group of a new file. */
interface FileOwners {
  /** User ID of the owner; absent: that of the writer. */
  readonly uid?: Count | undefined;
  /** Group ID; absent: that of the writer. */
  readonly gid?: Count | undefined;
}

interface CommonTargetJson extends FileOwners {
  /** Its path. */
  readonly path: string;
  /** Why it is written. */
  readonly drift: readonly DriftJson[];
  /** Owner, group or mode of the existing file, if one changes although it is no drift. */
  readonly changes?: readonly DriftJson[] | undefined;
  /** Its mode; with `acl`, the one that it has until the list is set. */
  readonly mode: Mode;
  /** Whether missing directories are created. */
  readonly createDirs: boolean;
}

interface AclsJson {
  /** The list of cert.pem. */
  readonly cert?: string | undefined;
  /** The list of chain.pem. */
  readonly chain?: string | undefined;
  /** The list of fullchain.pem. */
  readonly fullchain?: string | undefined;
  /** The list of privkey.pem. */
  readonly privkey?: string | undefined;
  /** The list of ca.pem. */
  readonly ca?: string | undefined;
}

interface FileStepJson extends CommonTargetJson {
  /** What the target holds. */
  readonly what: Exclude<TargetKindJson, "bundle">;
  /** What comes first in a combined file. */
  readonly order?: "cert-first" | "key-first" | undefined;
  /** Of a PKCS #12 file: the name of its entry; absent: the name of the certificate. */
  readonly alias?: string | undefined;
  /** Path of the file with the password that encrypts the private key. */
  readonly passwordFile?: string | undefined;
  /** The user who writes it, if not the runner. */
  readonly by?: UserJson | undefined;
  /** Entries of its access control list, one a line, with its final mode. */
  readonly acl?: string | undefined;
  /** Whether it is written into the existing file. */
  readonly inPlace?: boolean | undefined;
  /** Whether it replaces a bundle, whose directories are removed. */
  readonly endsBundle?: boolean | undefined;
}

interface BundleStepJson extends CommonTargetJson {
  /** A directory with all files of a set. */
  readonly what: "bundle";
  /** The modes of its files. */
  readonly modes: Readonly<Record<PartJson, Mode>>;
  /** Owner and group of its files. */
  readonly owners: Readonly<Record<PartJson, FileOwners>>;
  /** Access control lists of its files, by part, as `acl` of a file; absent: none has one. */
  readonly acls?: AclsJson | undefined;
}

/** Transfers the pending action of a service that is no longer in the file. */
export interface TransferStepJson {
  /** Transfers a pending action. */
  readonly kind: "transfer";
  /** The service that is no longer in the file. */
  readonly pendingAction: string;
  /** The services that have the pending action now. */
  readonly successors: readonly string[];
}

/** Clears a pending action that no longer applies. */
export interface ClearStepJson {
  /** Clears a pending action that no longer applies. */
  readonly kind: "clear";
  /** The service. */
  readonly service: string;
  /** Why it is cleared, for people. */
  readonly detail: string;
}
