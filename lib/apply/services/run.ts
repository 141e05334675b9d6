/** What the services of one run share. */
import type { Result } from "../certificate_steps.ts";
import type { Emit } from "../events.ts";
import type { Hands } from "../writers/writers.ts";

export interface ServicesRun {
  readonly certStore: string;
  /** What came of each certificate. */
  readonly results: ReadonlyMap<string, Result>;
  readonly hands: Hands;
  readonly emit: Emit;
}
