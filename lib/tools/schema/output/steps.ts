/** Shapes of the steps of a plan: those of certificates. */
import {
  COMBINED_ORDERS,
  type Part,
  type RenewalWindow,
  WHATS,
} from "../../../certificate/types.ts";
import { KEY_ORIGINS, KEY_TYPES, type KeySpec } from "../../../config/types.ts";
import type {
  CertificateRequest,
  DeployStep,
  FileOwners,
  IssueStep,
  RecoverStep,
  RevokeStep,
  Step,
  TargetStep,
} from "../../../plan/types.ts";
import type { HostUser } from "../../../host/types.ts";
import type { PendingRevocation, Replaced } from "../../../store/types.ts";
import { DRIFT, DUE } from "./due.ts";
import { CLEAR_STEP, SERVICE_STEP, TRANSFER_STEP, VALIDATE_STEP } from "./service_steps.ts";
import {
  always,
  COUNT,
  either,
  FLAG,
  list,
  map,
  maybe,
  MODE,
  named,
  NUMBER,
  type Shape,
  TEXT,
  TEXTS,
  TIME,
  words,
} from "./shape.ts";

const USER = named(
  "user",
  "A user and a group of this host.",
  map<HostUser>({
    uid: always("Number of the user.", COUNT),
    gid: always("Number of the group.", COUNT),
  }),
);

const REPLACED = map<Replaced>({
  path: always("Its path.", TEXT),
  by: maybe("The user who rolls it back, if that is not the runner.", USER),
  inPlace: maybe("Whether it is rolled back by writing into the existing file.", FLAG),
  kept: always("Whether there was a file before.", FLAG),
  identity: maybe("Device, inode and time of making of what is kept, `DEVICE:INODE:MADE`.", TEXT),
});

const RECOVER_STEP = map<RecoverStep>({
  kind: always("Clears away what an interrupted run left.", words(["recover"])),
  certificate: always("Name of the certificate.", TEXT),
  store: always("Whether a staged set of the store is switched or cleared.", FLAG),
  keep: maybe("How many earlier sets stay in the archive; absent: none.", COUNT),
  pendingValidation: always(
    "Files that no service has validated, to be rolled back.",
    list(REPLACED),
  ),
  leftovers: always("Paths of what is removed.", TEXTS),
  byUsers: maybe(
    "Those of them that are removed as another user.",
    list(map<NonNullable<RecoverStep["byUsers"]>[number]>({
      path: always("Its path.", TEXT),
      by: always("The user.", USER),
    })),
  ),
  detail: always("What is recovered, for people.", TEXT),
  closeKey: always("Whether the mode of the stored private key is taken down to 0600.", FLAG),
});

const REVOKE_STEP = map<RevokeStep>({
  kind: always("Finishes a revocation that an interrupted command began.", words(["revoke"])),
  certificate: always("Name of the certificate.", TEXT),
  revocation: always(
    "What was begun.",
    map<PendingRevocation>({
      serial: always("Serial number of the certificate that is revoked.", TEXT),
      mount: always("Path of the PKI mount that issued it.", TEXT),
      file: always("The configuration file of the command that began it.", TEXT),
      forgetKey: always("Whether its private key is removed from the archive, too.", FLAG),
    }),
  ),
  detail: always("What is finished, for people.", TEXT),
});

const REQUEST = map<CertificateRequest>({
  mount: always("Path of the PKI mount.", TEXT),
  role: always("Name of the role.", TEXT),
  commonName: always("The common name.", TEXT),
  dnsSans: always("DNS names beside it.", TEXTS),
  ipSans: always("IP addresses.", TEXTS),
  uriSans: always("URIs.", TEXTS),
  emailSans: always("E-mail addresses.", TEXTS),
  otherSans: always("Names of other kinds, `OID;UTF8:TEXT`.", TEXTS),
  excludeCnFromSans: always("Whether the common name is left out of the other names.", FLAG),
  removeRootsFromChain: always("Whether the chain comes without its root.", FLAG),
  issuerRef: maybe("Name or id of the mount's issuer; absent: the role decides.", TEXT),
  issuer: maybe("Common name that the issuer has to have.", TEXT),
  ttl: maybe("Lifetime in seconds; absent: the role decides.", COUNT),
  key: always(
    "The private key.",
    map<KeySpec>({
      origin: always("Who makes it.", words(KEY_ORIGINS)),
      type: maybe("Its kind; absent: the role decides, or `ec-256`.", words(KEY_TYPES)),
      reuse: always("Whether the stored key goes on to be used.", FLAG),
    }),
  ),
});

const RENEWAL_WINDOW = either(
  map<Extract<RenewalWindow, { readonly kind: "duration" }>>({
    kind: always("A duration.", words(["duration"])),
    seconds: always("So long before its end.", COUNT),
  }),
  map<Extract<RenewalWindow, { readonly kind: "share" }>>({
    kind: always("A share of the lifetime.", words(["share"])),
    percent: always("So much of its lifetime before its end.", NUMBER),
  }),
);

const ISSUE_STEP = map<IssueStep>({
  kind: always("Issues a certificate into the store.", words(["issue"])),
  certificate: always("Name of the certificate.", TEXT),
  keep: maybe("How many earlier sets stay in the archive; absent: none.", COUNT),
  due: always("Why it is issued.", DUE),
  request: always("What is asked of the server.", REQUEST),
  renew: always("How long before its end it is renewed.", RENEWAL_WINDOW),
  spread: always("Percent of that window by which the renewal may be put off.", NUMBER),
  services: always("Services that read the store, because nothing is deployed.", TEXTS),
  inUseUntil: maybe("End of the certificate that they have loaded, where it is known.", TIME),
});

const part = (name: Part) => always(`Mode of the file \`${name}\`.`, MODE);

const owners = (name: Part) =>
  always(
    `Owner and group of the file \`${name}\`.`,
    map<FileOwners>({
      uid: maybe("Number of its owner; absent: that of the process that writes it.", COUNT),
      gid: maybe("Number of its group; absent: that of the process that writes it.", COUNT),
    }),
  );

const TARGET_STEP = map<TargetStep>({
  what: always("What the target takes.", words(WHATS)),
  order: maybe("What comes first in a combined file.", words(COMBINED_ORDERS)),
  passwordFile: maybe("Path of the file with the password that the key is encrypted with.", TEXT),
  by: maybe("The user who writes it, where that is not the runner.", USER),
  path: always("Its path.", TEXT),
  drift: always("Why it is written.", list(DRIFT)),
  uid: maybe("Number of its owner; absent: that of the process that writes it.", COUNT),
  gid: maybe("Number of its group; absent: that of the process that writes it.", COUNT),
  mode: always("Its mode.", MODE),
  modes: maybe(
    "The modes of the files of a bundle.",
    map<NonNullable<TargetStep["modes"]>>({
      cert: part("cert"),
      chain: part("chain"),
      fullchain: part("fullchain"),
      privkey: part("privkey"),
      ca: part("ca"),
    }),
  ),
  owners: maybe(
    "Owner and group of the files of a bundle.",
    map<NonNullable<TargetStep["owners"]>>({
      cert: owners("cert"),
      chain: owners("chain"),
      fullchain: owners("fullchain"),
      privkey: owners("privkey"),
      ca: owners("ca"),
    }),
  ),
  createDirs: always("Whether directories that are missing are made.", FLAG),
  inPlace: maybe("Whether it is written through the file that is there.", FLAG),
  endsBundle: maybe("Whether it takes the place of a bundle, whose sets are cleared away.", FLAG),
});

const DEPLOY_STEP = map<DeployStep>({
  kind: always("Writes files where services want them.", words(["deploy"])),
  certificate: always("Name of the certificate.", TEXT),
  storedSetUsable: always(
    "Whether the stored set, as it is, may be deployed if a step that issues fails.",
    FLAG,
  ),
  targets: always("Each file or bundle that is written.", list(TARGET_STEP)),
  services: always("Services that have to act once content has changed.", TEXTS),
  inUseUntil: maybe("End of the certificate that they have loaded, where it is known.", TIME),
  revocable: always(
    "Whether what is replaced is kept until services have validated the new files.",
    FLAG,
  ),
});

export const STEP: Shape<Step> = named(
  "step",
  "Something to be done.",
  either(
    named("recoverStep", "Recovers what an interrupted run left.", RECOVER_STEP),
    named("revokeStep", "Finishes a revocation that was begun.", REVOKE_STEP),
    named("issueStep", "Issues a certificate into the store.", ISSUE_STEP),
    named("deployStep", "Writes files where services want them.", DEPLOY_STEP),
    TRANSFER_STEP,
    VALIDATE_STEP,
    SERVICE_STEP,
    CLEAR_STEP,
  ),
);
