/** Shapes of the steps of services. */
import { CONTROLS, type ProbeSpec, STARTTLS } from "../../../config/types.ts";
import type {
  ClearStep,
  ServiceAction,
  ServiceStep,
  TransferStep,
  ValidateStep,
} from "../../../plan/types.ts";
import { PENDING } from "./due.ts";
import {
  always,
  COUNT,
  either,
  list,
  map,
  maybe,
  named,
  TEXT,
  TEXTS,
  TIME,
  words,
} from "./shape.ts";

type ActionOf<M extends ServiceAction["manager"]> = Extract<ServiceAction, { readonly manager: M }>;
type Managed = Extract<ServiceAction, { readonly control: unknown }>;

const ACTION = either(
  map<Managed>({
    manager: always("Who starts and stops it.", words(["systemd", "docker", "podman"])),
    name: always("Its name there.", TEXT),
    control: always("What is done to it.", words(CONTROLS)),
    signal: maybe("The signal that it is sent, without `SIG`.", TEXT),
  }),
  map<ActionOf<"pid_file">>({
    manager: always("A file names its process.", words(["pid_file"])),
    pidFile: always("Path of that file.", TEXT),
    signal: always("The signal that it is sent, without `SIG`.", TEXT),
  }),
  map<ActionOf<"command">>({
    manager: always("A command of the file.", words(["command"])),
    command: always("Program and arguments.", TEXTS),
  }),
);

const ABOUT = map<ServiceStep["about"]>({
  certificates: always("Names of the certificates.", TEXTS),
  files: always("Paths of their files.", TEXTS),
});

const PROBE = map<ProbeSpec>({
  host: always("The name or IP address that is connected to.", TEXT),
  port: always("The port.", COUNT),
  serverName: maybe("The name that is asked for; absent: none.", TEXT),
  startTls: maybe("The protocol that goes over to TLS.", words(STARTTLS)),
  timeout: always("Seconds for one look, and for the new certificate to be served.", COUNT),
});

const common = {
  service: always("The unit, or manager and name, as in `podman:web`.", TEXT),
  pending: always("Why it has to act.", PENDING),
  certificates: always("Names of the certificates whose deployment leads to it.", TEXTS),
  about: always("What its commands are told that it is about.", ABOUT),
  validate: always("Commands that validate the new files: programs with arguments.", list(TEXTS)),
  timeout: always(
    "Seconds for the action, as many for each command, and as many to be up after it.",
    COUNT,
  ),
};

export const SERVICE_STEP = named(
  "serviceStep",
  "Makes a service load new files.",
  map<ServiceStep>({
    kind: always("Makes a service load new files.", words(["service"])),
    action: always("How it is made to load them.", ACTION),
    actedAt: maybe(
      "When an earlier action failed: it was up before that, and was not started since.",
      TIME,
    ),
    probes: always(
      "What it has to serve afterwards.",
      list(map<ServiceStep["probes"][number]>({
        certificate: always("Name of the certificate.", TEXT),
        probe: always("Where it is looked at.", PROBE),
      })),
    ),
    ...common,
  }),
);

export const VALIDATE_STEP = named(
  "validateStep",
  "Lets a service validate new files, though it does not act in this run.",
  map<ValidateStep>({
    kind: always("Lets a service validate new files.", words(["validate"])),
    ...common,
  }),
);

export const TRANSFER_STEP = named(
  "transferStep",
  "Transfers the pending action of a service that is gone from the file.",
  map<TransferStep>({
    kind: always("Transfers a pending action.", words(["transfer"])),
    pendingAction: always("The service that is gone.", TEXT),
    successors: always("The services that have it now.", TEXTS),
  }),
);

export const CLEAR_STEP = named(
  "clearStep",
  "Clears a pending action that no longer applies.",
  map<ClearStep>({
    kind: always("Clears a pending action that no longer applies.", words(["clear"])),
    service: always("The service.", TEXT),
    detail: always("Why it is cleared, for people.", TEXT),
  }),
);
