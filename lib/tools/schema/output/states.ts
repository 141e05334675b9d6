/** Shapes of how certificates and services stand. */
import type { Certificate } from "../../../certificate/certificate.ts";
import { WHATS } from "../../../certificate/types.ts";
import {
  type Blocked,
  type CertificateState,
  type ServiceState,
  type Warning,
  WARNING_KINDS,
} from "../../../plan/types.ts";
import { DRIFT, DUE, PENDING, WAIT } from "./due.ts";
import { always, list, map, maybe, named, TEXT, TEXTS, TIME, words } from "./shape.ts";

const CERTIFICATE = named(
  "certificate",
  "What a certificate says.",
  map<Certificate>({
    commonName: maybe("Common name of its subject.", TEXT),
    dnsNames: always("Its DNS names.", TEXTS),
    ipAddresses: always("Its IP addresses.", TEXTS),
    uris: always("Its URIs.", TEXTS),
    emails: always("Its e-mail addresses.", TEXTS),
    otherNames: maybe(
      "Its names of other kinds, where the file asks for some: `OID;UTF8:TEXT`.",
      TEXTS,
    ),
    notBefore: always("The moment from which on it holds.", TIME),
    notAfter: always("The moment at which it ends.", TIME),
    issuer: always("Common name of its issuer, or the whole name where that has none.", TEXT),
    serial: always("Its serial number, lower-case hexadecimal with colons.", TEXT),
    fingerprint: always("SHA-256 of it, upper-case hexadecimal with colons.", TEXT),
  }),
);

const WARNING = map<Warning>({
  kind: always("What it is about.", words(WARNING_KINDS)),
  message: always("The warning, for people.", TEXT),
});

const BLOCKED = map<Blocked>({
  kind: always(
    "Whether it cannot be told what is there, or what is asked cannot be done.",
    words(["unreadable", "impossible"]),
  ),
  message: always("What is wrong, for people.", TEXT),
});

const TARGET = map<CertificateState["targets"][number]>({
  what: always("What the target takes.", words(WHATS)),
  path: always("Its path.", TEXT),
  drift: always(
    "How it differs from what the file asks for; empty where it is right.",
    list(DRIFT),
  ),
});

export const CERTIFICATE_STATE = named(
  "certificateState",
  "How one certificate stands.",
  map<CertificateState>({
    name: always("Its name in the file.", TEXT),
    certificate: maybe("Facts of the stored certificate, where there is one.", CERTIFICATE),
    renewAt: maybe("The moment from which on it is to be renewed.", TIME),
    due: maybe("Why it is to be issued, where it is due.", DUE),
    waits: maybe("What it waits for, where it is due and waits.", WAIT),
    warnings: always("What a person should know of it.", list(WARNING)),
    targets: always("Each file or bundle that is deployed.", list(TARGET)),
    blocked: always("What only a person can mend.", list(BLOCKED)),
  }),
);

export const SERVICE_STATE = named(
  "serviceState",
  "How one service stands.",
  map<ServiceState>({
    service: always("The unit, or manager and name, as in `podman:web`.", TEXT),
    certificates: always("Names of the certificates that it serves.", TEXTS),
    pending: maybe("Why it has to act, where it has to.", PENDING),
    waits: maybe("What its action waits for, where it waits.", WAIT),
    servedUntil: maybe(
      "The end of the certificate that it serves, where that is not the one on disk.",
      TIME,
    ),
    problem: maybe("Why it cannot be told what it serves, for people.", TEXT),
  }),
);
