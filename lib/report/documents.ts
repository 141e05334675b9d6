/** The documents that `--json` prints. Times become ISO 8601 in UTC. */
import type { ApplyEvent } from "../apply/events.ts";
import type { Rights } from "../apply/permissions.ts";
import type { Diagnostic } from "../config/diagnostic.ts";
import type { What } from "../certificate/types.ts";
import type { Plan } from "../plan/types.ts";
import type { CheckResult } from "./check_result.ts";
import type { Outcome } from "./outcome.ts";
import type { Standing } from "./verdict.ts";

/** Version of the layout; it changes when a key changes its meaning or is removed. */
export const LAYOUT = 1;

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
  /** What a run of the plan may touch, if requested. */
  readonly permissions?: Rights;
}

/** Counts of a valid configuration. */
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

/** What `vcm install` did, or would do. */
export interface InstallDocument extends Head {
  /** False if it was only shown. */
  readonly done: boolean;
  readonly files: readonly {
    readonly path: string;
    /** "kept": VCM did not create it; "absent": there was nothing to remove. */
    readonly state: "written" | "unchanged" | "removed" | "kept" | "absent";
    /** Desired text; absent: none, or VCM did not create the file. */
    readonly text?: string;
  }[];
  /** The directory of the store, if it is created. */
  readonly store?: string;
  readonly commands: readonly (readonly string[])[];
  /** Drop-in files of others for the units. */
  readonly dropIns: readonly string[];
  /** Next run of the timer. */
  readonly nextRun?: Date;
  /** What a person must write if there is no systemd. */
  readonly cron?: { readonly path: string; readonly text: string };
}

/** A command line of the demo, and its result. */
export interface DemoCommand {
  readonly command: string;
  readonly status: number;
  /** The status that the demo expects. */
  readonly expected: number;
  /** Requests to the demo server meanwhile. */
  readonly requests: number;
}

/** A certificate that `vcm init` wrote into the configuration. */
export interface FirstCertificate {
  readonly name: string;
  /** Set if it differs from the name. */
  readonly commonName?: string;
  readonly dnsSans: readonly string[];
  readonly ipSans: readonly string[];
  readonly targets: readonly {
    readonly what: What;
    readonly path: string;
    /** Set if it is not the default. */
    readonly mode?: number;
  }[];
  readonly services: readonly string[];
}

/** A certificate that a web server uses. */
export interface FoundCertificate extends FirstCertificate {
  /** `FILE:LINE` of each reference. */
  readonly at: readonly string[];
  readonly remarks: readonly string[];
  /** Whether it is in the configuration. */
  readonly taken: boolean;
}

export interface InitDocument extends Head {
  readonly file: string;
  readonly certificates: readonly FirstCertificate[];
  readonly found: readonly FoundCertificate[];
  /** What was left out, and why. */
  readonly notes: readonly { readonly at: string; readonly message: string }[];
  /** Text of the configuration, if it was not written. */
  readonly text?: string;
}

export interface DemoDocument extends Head {
  readonly directory: string;
  readonly commands: readonly DemoCommand[];
  /** Files in the directory at the end; paths are relative to it. */
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
    /** Arguments of which it takes one; absent if it takes none. */
    readonly words?: readonly string[];
    readonly options: readonly {
      readonly name: string;
      readonly short?: string;
      /** Name of its value; absent if it takes none. */
      readonly value?: string;
      readonly help: string;
    }[];
    readonly examples: readonly { readonly line: string; readonly does: string }[];
  }[];
}

/** Why a command failed. */
export interface ErrorDocument extends Head {
  readonly error: {
    readonly message: string;
    /** Diagnostics of the configuration, if that is the reason. */
    readonly problems?: readonly Diagnostic[];
  };
}

/** Documents by command, or by kind. */
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
