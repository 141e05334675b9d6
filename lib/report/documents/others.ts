/** The documents of the commands that look at configuration and server, and those of any command. */
import type { Count, Head } from "./shared.ts";

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
