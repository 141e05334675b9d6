/** Steps of services, as `--json` prints them. */
import type { Count, PendingJson } from "./shared.ts";

interface ServiceFiles {
  /** The unit, or manager and name, as in `podman:web`. */
  readonly service: string;
  /** Why it must act. */
  readonly pending: PendingJson;
  /** Names of the certificates whose deployment causes the step. */
  readonly certificates: readonly string[];
  /** What its commands get in their environment. */
  readonly about: {
    /** Names of the certificates. */
    readonly certificates: readonly string[];
    /** Paths of their files. */
    readonly files: readonly string[];
  };
  /** Commands that validate the new files: programs with arguments. */
  readonly validate: readonly (readonly string[])[];
  /** Limit in seconds for the action, for each command, and to be up after it. */
  readonly timeout: Count;
}

/** Lets a service validate new files, although it does not act in this run. */
export interface ValidateStepJson extends ServiceFiles {
  /** Lets a service validate new files. */
  readonly kind: "validate";
}

/** Makes a service load new files. */
export interface ServiceStepJson extends ServiceFiles {
  /** Makes a service load new files. */
  readonly kind: "service";
  /** How it is told to load them. */
  readonly action:
    | {
      /** What manages it. */
      readonly manager: "systemd" | "docker" | "podman";
      /** Its name there. */
      readonly name: string;
      /** How it is told to load new files. */
      readonly control:
        | "reload"
        | "restart"
        | "reload-or-restart"
        | "try-reload-or-restart"
        | "start"
        | "signal";
      /** The signal to send, without `SIG`. */
      readonly signal?: string | undefined;
    }
    | {
      /** A file holds the ID of its process. */
      readonly manager: "pid_file";
      /** Path of that file. */
      readonly pidFile: string;
      /** The signal to send, without `SIG`. */
      readonly signal: string;
    }
    | {
      /** A command of the file makes it load new files. */
      readonly manager: "command";
      /** Program and arguments. */
      readonly command: readonly string[];
    };
  /** When an earlier action failed on the running service, if it was not started since. */
  readonly actedAt?: Date | undefined;
  /** Seconds for which it must stay up afterwards. */
  readonly settle: Count;
  /** What it must serve afterwards. */
  readonly probes: readonly {
    /** Name of the certificate. */
    readonly certificate: string;
    /** Where it is served. */
    readonly probe: ProbeJson;
  }[];
}

interface ProbeJson {
  /** Name or IP address to connect to. */
  readonly host: string;
  /** The port. */
  readonly port: Count;
  /** Name to request (SNI); absent: none. */
  readonly serverName?: string | undefined;
  /** Protocol that starts in plain text and switches to TLS. */
  readonly startTls?: "smtp" | "imap" | "pop3" | "postgres" | undefined;
  /** Limit in seconds for one probe, and for the new certificate to be served. */
  readonly timeout: Count;
}
