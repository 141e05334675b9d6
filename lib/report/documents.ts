/** What `--json` prints, one type a document. Times become ISO 8601 in UTC. */
import type { ApplyEvent } from "../apply/events.ts";
import type { Rights } from "../apply/permissions.ts";
import type { Diagnostic } from "../config/diagnostic.ts";
import type { What } from "../certificate/types.ts";
import type { Plan } from "../plan/types.ts";
import type { CheckResult } from "./check_result.ts";
import type { Outcome } from "./outcome.ts";
import type { Standing } from "./verdict.ts";

/** Version of the layout; it changes when a key changes its meaning or goes away. */
export const LAYOUT = 1;

/** What all documents have. */
export interface Head {
  readonly layout: typeof LAYOUT;
}

export interface RunDocument extends Head, Plan {
  readonly events: readonly ApplyEvent[];
  readonly outcome: Outcome;
}

export interface CheckDocument extends Head, Plan {
  readonly standing: Standing;
}

export interface PlanDocument extends Head, Plan {
  /** What a run of the plan may touch, where that was asked for. */
  readonly permissions?: Rights;
}

/** What `vcm validate` counts in a file without mistakes. */
export interface ValidateDocument extends Head {
  readonly file: string;
  readonly certificates: number;
  readonly targets: number;
  readonly services: number;
}

export interface DoctorDocument extends Head {
  readonly results: readonly CheckResult[];
}

export interface RevokeDocument extends Head {
  readonly results: readonly {
    readonly name: string;
    readonly done: boolean;
    readonly message: string;
  }[];
}

/** What was, or would be, done to let systemd run it. */
export interface InstallDocument extends Head {
  /** False where it was only shown. */
  readonly done: boolean;
  readonly files: readonly {
    readonly path: string;
    /** "kept": it is none of ours; "absent": there was nothing to remove. */
    readonly state: "written" | "unchanged" | "removed" | "kept" | "absent";
    /** What is to lie there; absent: nothing, or what others put there. */
    readonly text?: string;
  }[];
  /** A directory for the store, where it is made. */
  readonly store?: string;
  readonly commands: readonly (readonly string[])[];
  /** Files of others that add to the units. */
  readonly dropIns: readonly string[];
  /** When the timer runs it next. */
  readonly nextRun?: Date;
  /** What is to be written by hand where there is no systemd. */
  readonly cron?: { readonly path: string; readonly text: string };
}

/** A command line of the tour, and what came of it. */
export interface DemoCommand {
  readonly command: string;
  readonly status: number;
  /** The status that the tour says it ends with. */
  readonly expected: number;
  /** How many requests the practice Vault got meanwhile. */
  readonly requests: number;
}

/** A certificate that `vcm init` put into the file. */
export interface FirstCertificate {
  readonly name: string;
  /** Where it is another than the name. */
  readonly commonName?: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  readonly targets: readonly {
    readonly what: What;
    readonly path: string;
    /** Where it is not what VCM would give it. */
    readonly mode?: number;
  }[];
  readonly services: readonly string[];
}

/** One that a web server uses. */
export interface FoundCertificate extends FirstCertificate {
  /** `FILE:LINE` of each place that names it. */
  readonly at: readonly string[];
  readonly remarks: readonly string[];
  /** Whether it is in the file. */
  readonly taken: boolean;
}

export interface InitDocument extends Head {
  readonly file: string;
  readonly certificates: readonly FirstCertificate[];
  readonly found: readonly FoundCertificate[];
  /** What was left out. */
  readonly notes: readonly { readonly at: string; readonly message: string }[];
  /** The file's text, where it was not written. */
  readonly text?: string;
}

export interface DemoDocument extends Head {
  readonly directory: string;
  readonly commands: readonly DemoCommand[];
  /** What lies in the directory at the end; paths are relative to it. */
  readonly files: readonly {
    readonly path: string;
    readonly mode: number;
    /** Bytes. */
    readonly size: number;
  }[];
}

export interface VersionDocument extends Head {
  readonly version: string;
  readonly deno: string;
}

/** The command table. */
export interface HelpDocument extends Head {
  readonly commands: readonly {
    readonly name: string;
    readonly summary: string;
    readonly details: string;
    readonly takesNames: boolean;
    /** Those of which it takes one; absent where it takes none. */
    readonly words?: readonly string[];
    readonly options: readonly {
      readonly name: string;
      readonly short?: string;
      /** What its value is; absent where it takes none. */
      readonly value?: string;
      readonly help: string;
    }[];
    readonly examples: readonly { readonly line: string; readonly does: string }[];
  }[];
}

/** Why a command could not be carried out. */
export interface ErrorDocument extends Head {
  readonly error: {
    readonly message: string;
    /** The mistakes of the configuration, where it is that. */
    readonly problems?: readonly Diagnostic[];
  };
}

/** By the command that prints it, or by what else it is. */
export interface Documents {
  readonly run: RunDocument;
  readonly issue: RunDocument;
  readonly deploy: RunDocument;
  readonly restart: RunDocument;
  readonly check: CheckDocument;
  readonly status: CheckDocument;
  readonly plan: PlanDocument;
  readonly validate: ValidateDocument;
  readonly doctor: DoctorDocument;
  readonly revoke: RevokeDocument;
  readonly init: InitDocument;
  readonly install: InstallDocument;
  readonly demo: DemoDocument;
  readonly version: VersionDocument;
  readonly help: HelpDocument;
  readonly error: ErrorDocument;
}
