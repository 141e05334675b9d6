/** The documents of the commands that set a host up, and of the demo. */
import type { Count, Head, Mode, TargetKindJson } from "./shared.ts";

/** The configuration that `vcm init` wrote, and what it found. */
export interface InitDocument extends Head {
  /** The file that was written, or would be. */
  readonly file: string;
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
  /** The directory in which all was done; it is kept. */
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
