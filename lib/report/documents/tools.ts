/** The documents that hold no plan: those of tools, of `vcm validate`, of help and of errors. */
import type { CertificateJson } from "./plan.ts";
import type { Count, Head, Mode, TargetKindJson } from "./shared.ts";

/** Counts of a valid configuration. */
export interface ValidateDocument extends Head {
  /** The file, as it was given. */
  readonly file: string;
  /** How many certificates it has. */
  readonly certificates: Count;
  /** How many targets they have. */
  readonly targets: Count;
  /** How many services they have. */
  readonly services: Count;
}

/** The results of all checks. */
export interface DoctorDocument extends Head {
  /** The check results, in the order of the checks. */
  readonly results: readonly {
    /** Whether it stops certificates from being issued as configured, or may do so. */
    readonly verdict: "ok" | "warning" | "problem";
    /** What was checked, such as an address or an API path. */
    readonly subject: string;
    /** The result, for people. */
    readonly detail: string;
    /** The fix: what to do, or a text to paste, for people. */
    readonly remedy?: string | undefined;
  }[];
}

/** The result for each certificate that has files. */
export interface AdoptDocument extends Head {
  /** The result for each name. */
  readonly results: readonly {
    /** Name of the certificate. */
    readonly name: string;
    /** Whether it is in the store, or with `--dry-run` can be. */
    readonly done: boolean;
    /** What was done, or why not, for people. */
    readonly message: string;
  }[];
}

/** The result for each certificate. */
export interface RevokeDocument extends Head {
  /** The result for each name. */
  readonly results: readonly {
    /** Name of the certificate. */
    readonly name: string;
    /** Whether it is revoked. */
    readonly done: boolean;
    /** What was done, or why not, for people. */
    readonly message: string;
  }[];
}

/** The archived sets of a certificate. */
export interface ArchiveDocument extends Head {
  /** Name of the certificate. */
  readonly name: string;
  /** The sets, the oldest first. */
  readonly sets: readonly {
    /** Its directory. */
    readonly path: string;
    /** The name of the directory: when it was written, or its serial number if it was revoked. */
    readonly time: string;
    /** Facts of its certificate, if it can be read. */
    readonly certificate?: CertificateJson | undefined;
    /** Why it cannot be restored, for people; absent: it can. */
    readonly problem?: string | undefined;
    /** What the next runs do with it, for people. */
    readonly outlook?: string | undefined;
  }[];
}

/** The result for each set. */
export interface PruneDocument extends Head {
  /** The result for each name. */
  readonly results: readonly {
    /** Name of the set. */
    readonly name: string;
    /** Whether it is archived, and nothing failed. */
    readonly done: boolean;
    /** What was done, or why not, for people. */
    readonly message: string;
    /** Where its files are, if it is archived. */
    readonly archive?: string | undefined;
  }[];
}

/** The configuration that `vcm init` wrote, and what it found. */
export interface InitDocument extends Head {
  /** The file that was written, or would be. */
  readonly file: string;
  /** Further files that were written: the CA of the server, and secrets. */
  readonly written: readonly string[];
  /** The certificates in it. */
  readonly certificates: readonly FirstCertificate[];
  /** Certificates that web servers use. */
  readonly found: readonly FoundCertificate[];
  /** What was left out. */
  readonly notes: readonly {
    /** Its place, `FILE:LINE`. */
    readonly at: string;
    /** Why it was left out, for people. */
    readonly message: string;
  }[];
  /** Text of the file, if it was not written. */
  readonly text?: string | undefined;
}

/** A certificate of the configuration that `vcm init` writes. */
export interface FirstCertificate {
  /** Its name in the file. */
  readonly name: string;
  /** Its common name, if it differs from the name. */
  readonly commonName?: string | undefined;
  /** Further DNS names. */
  readonly dnsSans: readonly string[];
  /** IP addresses. */
  readonly ipSans: readonly string[];
  /** Files that are deployed. */
  readonly targets: readonly {
    /** What the file holds. */
    readonly what: TargetKindJson;
    /** Its path. */
    readonly path: string;
    /** Its mode, if it is not the default. */
    readonly mode?: Mode | undefined;
  }[];
  /** Units that load it. */
  readonly services: readonly string[];
}

/** A certificate that a web server uses. */
export interface FoundCertificate extends FirstCertificate {
  /** Place of each reference, `FILE:LINE`. */
  readonly at: readonly string[];
  /** What a person should know about it, for people. */
  readonly remarks: readonly string[];
  /** Whether it is in the file. */
  readonly taken: boolean;
}

/** What `vcm install` did, or would do. */
export interface InstallDocument extends Head {
  /** Whether it was done, or only shown. */
  readonly done: boolean;
  /** The units. */
  readonly files: readonly {
    /** Its path. */
    readonly path: string;
    /** What is done with it; a file that VCM did not create is kept. */
    readonly state: "written" | "unchanged" | "removed" | "kept" | "absent";
    /** The desired text; absent: none, or VCM did not create the file. */
    readonly text?: string | undefined;
  }[];
  /** The directory of the store, if it is created. */
  readonly store?: string | undefined;
  /** Programs that are run, with their arguments, in their order. */
  readonly commands: readonly (readonly string[])[];
  /** Drop-in files of others for the units, which stay. */
  readonly dropIns: readonly string[];
  /** When the timer runs it next. */
  readonly nextRun?: Date | undefined;
  /** What a person must write if there is no systemd. */
  readonly cron?: {
    /** Path of the file. */
    readonly path: string;
    /** Its text. */
    readonly text: string;
  } | undefined;
}

/** What `vcm demo` did. */
export interface DemoDocument extends Head {
  /** The directory in which all was done; it is removed unless `--keep` is given. */
  readonly directory: string;
  /** The commands of the demo, in their order. */
  readonly commands: readonly DemoCommand[];
  /** Files in the directory at the end. */
  readonly files: readonly {
    /** Its path, relative to the directory. */
    readonly path: string;
    /** Its mode. */
    readonly mode: Mode;
    /** Its size in bytes. */
    readonly size: Count;
  }[];
}

/** A command line of the demo, and its result. */
export interface DemoCommand {
  /** The command. */
  readonly command: string;
  /** Its exit status. */
  readonly status: Count;
  /** The exit status that the demo expects. */
  readonly expected: Count;
  /** How many requests the demo server got from it. */
  readonly requests: Count;
}

/** Versions. */
export interface VersionDocument extends Head {
  /** The version of vcm. */
  readonly version: string;
  /** The version of Deno that it runs on. */
  readonly deno: string;
}

/** The command table. */
export interface HelpDocument extends Head {
  /** All commands, or the one that was asked for. */
  readonly commands: readonly {
    /** Its name. */
    readonly name: string;
    /** What it does, for people. */
    readonly summary: string;
    /** What a person should know before running it, for people. */
    readonly details: string;
    /** Whether names of certificates limit it. */
    readonly takesNames: boolean;
    /** Arguments of which it takes one; absent if it takes none. */
    readonly words?: readonly string[] | undefined;
    /** The options that it takes. */
    readonly options: readonly {
      /** The option, without dashes. */
      readonly name: string;
      /** Its short form, one letter. */
      readonly short?: string | undefined;
      /** Name of its value; absent if it takes none. */
      readonly value?: string | undefined;
      /** What it does, for people. */
      readonly help: string;
    }[];
    /** Example command lines. */
    readonly examples: readonly {
      /** The command line. */
      readonly line: string;
      /** What it does, for people. */
      readonly does: string;
    }[];
  }[];
}

/** Why a command failed. */
export interface ErrorDocument extends Head {
  /** Why the command failed. */
  readonly error: {
    /** What is wrong, for people. */
    readonly message: string;
    /** Diagnostics of the configuration, if that is the reason. */
    readonly problems?:
      | readonly {
        /** The included file with the problem; absent for the main file. */
        readonly file?: string | undefined;
        /** The line, from 1 on; absent if the problem has no place. */
        readonly line?: Count | undefined;
        /** The column, from 1 on. */
        readonly column?: Count | undefined;
        /** Path of the key, as in `certs[0].ttl`; empty for the whole file. */
        readonly key: string;
        /** What is wrong and what is expected, for people. */
        readonly message: string;
      }[]
      | undefined;
  };
}
