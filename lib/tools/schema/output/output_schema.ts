/** The documents that `--json` prints, as a JSON Schema (draft 2020-12), for what reads them. */
import type { CommandRights, FileRights, Rights } from "../../../apply/permissions.ts";
import type { JsonSchema } from "../scalar_forms.ts";
import type { Plan } from "../../../plan/types.ts";
import type {
  CheckDocument,
  Documents,
  PlanDocument,
  RunDocument,
} from "../../../report/documents.ts";
import { EVENT, OUTCOME } from "./events.ts";
import { INIT } from "./init.ts";
import { DEMO, DOCTOR, ERROR, HELP, INSTALL, layout, REVOKE, VALIDATE, VERSION } from "./others.ts";
import {
  always,
  type Keys,
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
import { CERTIFICATE_STATE, SERVICE_STATE } from "./states.ts";
import { STEP } from "./steps.ts";

const PLAN_KEYS: Keys<Plan> = {
  at: always("The moment for which the plan was made.", TIME),
  certStore: always("Directory of the store.", TEXT),
  certificates: always("How each certificate stands.", list(CERTIFICATE_STATE)),
  services: always("How each service stands.", list(SERVICE_STATE)),
  steps: always("What is to be done, in its order; nothing else is done.", list(STEP)),
};

const RUN = named(
  "completedRun",
  "A plan, and what came of carrying it out.",
  map<RunDocument>({
    layout,
    ...PLAN_KEYS,
    events: always("What came about, in its order.", list(EVENT)),
    outcome: always("What the run came to.", OUTCOME),
  }),
);

const CHECK = named(
  "checkedPlan",
  "A plan, and what it comes to.",
  map<CheckDocument>({
    layout,
    standing: always("How things stand, in a word.", words(["fine", "due", "broken", "unknown"])),
    ...PLAN_KEYS,
  }),
);

const PLAN = map<PlanDocument>({
  layout,
  ...PLAN_KEYS,
  permissions: maybe(
    "What a run of this plan may touch; given with `--permissions`.",
    map<Rights>({
      files: always(
        "Of the worker that writes files and talks to the server.",
        map<FileRights>({
          read: always("Paths that it may read, each with all below it.", TEXTS),
          write: always("Paths that it may write, each with all below it.", TEXTS),
          net: always("Hosts that it may talk to.", TEXTS),
        }),
      ),
      commands: always(
        "Of the worker that runs programs.",
        map<CommandRights>({
          read: always("Paths that it may read.", TEXTS),
          run: always("Programs that it may run.", TEXTS),
        }),
      ),
    }),
  ),
});

/** Each with what it is. */
const DOCUMENTS: { readonly [K in keyof Documents]: readonly [string, Shape<Documents[K]>] } = {
  run: ["What `vcm run` prints.", RUN],
  issue: ["What `vcm issue` prints.", RUN],
  deploy: ["What `vcm deploy` prints.", RUN],
  restart: ["What `vcm restart` prints.", RUN],
  check: ["What `vcm check` prints.", CHECK],
  status: ["What `vcm status` prints.", CHECK],
  plan: ["What `vcm plan` and `vcm run --dry-run` print.", PLAN],
  validate: ["What `vcm validate` prints.", VALIDATE],
  doctor: ["What `vcm doctor` prints.", DOCTOR],
  revoke: ["What `vcm revoke` prints.", REVOKE],
  init: ["What `vcm init` prints.", INIT],
  install: ["What `vcm install` prints.", INSTALL],
  demo: ["What `vcm demo` prints.", DEMO],
  version: ["What `vcm --version` prints.", VERSION],
  help: ["What `vcm help` prints.", HELP],
  error: ["What any command prints that could not be carried out.", ERROR],
};

/** The schema of all documents, with a definition for each command. */
export function outputSchema(): JsonSchema {
  const shapes = (Object.keys(DOCUMENTS) as (keyof Documents)[]).map(document);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "vcm --json",
    description: "What vcm prints with --json: times are in UTC; sentences for people may change.",
    anyOf: shapes.map(({ schema }) => schema),
    $defs: Object.assign({}, ...shapes.map(({ definitions }) => definitions)),
  };
}

function document<K extends keyof Documents>(name: K): Shape<Documents[K]> {
  const [means, shape] = DOCUMENTS[name];
  return named(name, means, shape);
}
