/** Shapes of what came about. */
import type { ApplyEvent, Failure } from "../../../apply/events.ts";
import { WHATS } from "../../../certificate/types.ts";
import type { Outcome, OutcomeEntry } from "../../../report/outcome.ts";
import { DRIFT } from "./due.ts";
import {
  always,
  COUNT,
  either,
  list,
  map,
  maybe,
  named,
  type Shape,
  TEXT,
  TEXTS,
  TIME,
  words,
} from "./shape.ts";

type EventOf<K extends ApplyEvent["kind"]> = Extract<ApplyEvent, { readonly kind: K }>;

const certificate = always("Name of the certificate.", TEXT);
const service = always("The service.", TEXT);

const FAILURE = map<Failure>({
  kind: always("Whether it went wrong, or was not tried.", words(["failed", "skipped"])),
  step: always("The kind of the step.", words(["recover", "revoke", "issue", "deploy", "service"])),
  subject: always("Name of the certificate, or of the service.", TEXT),
  message: always("Why it did not come about, for people.", TEXT),
});

export const EVENT: Shape<ApplyEvent> = named(
  "event",
  "Something that came about.",
  either(
    map<EventOf<"recovered">>({
      kind: always("Something was recovered.", words(["recovered"])),
      certificate,
      detail: always("What was recovered, for people.", TEXT),
    }),
    map<EventOf<"issued">>({
      kind: always("A certificate was issued, and stored.", words(["issued"])),
      certificate,
      address: always("The server that issued it.", TEXT),
      serial: always("Its serial number.", TEXT),
      notAfter: always("The moment at which it ends.", TIME),
      renewAt: always("The moment from which on it is to be renewed.", TIME),
      chainInvalid: maybe("Why no path from it to a root is valid, where none is.", TEXT),
    }),
    map<EventOf<"deployed">>({
      kind: always("A file or bundle was written.", words(["deployed"])),
      certificate,
      what: always("What it holds.", words(WHATS)),
      path: always("Its path.", TEXT),
      drift: always("Why it was written.", list(DRIFT)),
    }),
    map<EventOf<"rolled-back">>({
      kind: always("Files were rolled back.", words(["rolled-back"])),
      certificate,
      service: always("The service that found fault with the new ones.", TEXT),
      paths: always("Their paths.", TEXTS),
    }),
    map<EventOf<"acted">>({
      kind: always("A service acted.", words(["acted"])),
      service,
      action: always("What was done to it, for people.", TEXT),
    }),
    map<EventOf<"cleared">>({
      kind: always("A pending action was cleared.", words(["cleared"])),
      service,
      detail: always("Why it was cleared, for people.", TEXT),
    }),
    map<EventOf<"warning">>({
      kind: always("Something that a person should know.", words(["warning"])),
      subject: always("What it is about.", TEXT),
      message: always("The warning, for people.", TEXT),
    }),
    FAILURE,
  ),
);

const SHORTFALLS = list(map<OutcomeEntry>({
  subject: always("Name of the certificate, or of the service.", TEXT),
  message: always("Why it did not come about, for people.", TEXT),
}));

export const OUTCOME = map<Outcome>({
  issued: always("How many certificates were issued.", COUNT),
  deployed: always("How many files were written, and not rolled back.", COUNT),
  acted: always("How many services acted.", COUNT),
  recovered: always("How often something was recovered or cleared.", COUNT),
  failed: always("What went wrong, or cannot be done.", SHORTFALLS),
  skipped: always("What was not tried.", SHORTFALLS),
});
