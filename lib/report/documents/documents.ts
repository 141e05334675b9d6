/**
 * The documents that `--json` prints. `deno task schema` makes docs/output.schema.json from
 * these types and their comments; a `Date` is printed as ISO 8601 in UTC.
 *
 * They are public: report assigns internal types to them, so that a change of an internal type that
 * would change what is printed does not compile.
 */
import type { CheckDocument, PlanDocument, RunDocument, StatusDocument } from "./plan.ts";
import type {
  AdoptDocument,
  ArchiveDocument,
  DemoDocument,
  DoctorDocument,
  ErrorDocument,
  HelpDocument,
  InitDocument,
  InstallDocument,
  PruneDocument,
  RevokeDocument,
  ValidateDocument,
  VersionDocument,
} from "./tools.ts";

/** The documents by the command that prints them. */
export interface Documents {
  /** What `vcm run` prints. */
  readonly run: RunDocument;
  /** What `vcm issue` prints. */
  readonly issue: RunDocument;
  /** What `vcm deploy` prints. */
  readonly deploy: RunDocument;
  /** What `vcm restart` prints. */
  readonly restart: RunDocument;
  /** What `vcm check` prints. */
  readonly check: CheckDocument;
  /** What `vcm status` prints. */
  readonly status: StatusDocument;
  /** What `vcm plan` and `vcm run --dry-run` print. */
  readonly plan: PlanDocument;
  /** What `vcm validate` prints. */
  readonly validate: ValidateDocument;
  /** What `vcm doctor` prints. */
  readonly doctor: DoctorDocument;
  /** What `vcm adopt` prints. */
  readonly adopt: AdoptDocument;
  /** What `vcm revoke` prints. */
  readonly revoke: RevokeDocument;
  /** What `vcm rollback` prints: without a time what is in the archive, otherwise what was done. */
  readonly rollback: ArchiveDocument | RunDocument;
  /** What `vcm prune` prints. */
  readonly prune: PruneDocument;
  /** What `vcm init` prints. */
  readonly init: InitDocument;
  /** What `vcm install` prints. */
  readonly install: InstallDocument;
  /** What `vcm demo` prints. */
  readonly demo: DemoDocument;
  /** What `vcm --version` prints. */
  readonly version: VersionDocument;
  /** What `vcm help` prints. */
  readonly help: HelpDocument;
  /** What any command prints if it fails before it has a result. */
  readonly error: ErrorDocument;
}
