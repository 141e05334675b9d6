/** What the services of one run share. */
import type { Result } from "../certificate_steps.ts";
import type { Emit } from "../events.ts";
import type { Writers } from "../writers/writers.ts";

export interface ServicesRun {
  readonly certStore: string;
  /** What came of each certificate. */
  readonly results: ReadonlyMap<string, Result>;
  readonly writers: Writers;
  readonly emit: Emit;
}
