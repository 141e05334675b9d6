import type { VaultSettings } from "../config/types.ts";
import type { HostUsers } from "../host/replacers.ts";

/** Which kinds of steps a command plans; `force`: even if nothing is due. */
export interface Selection {
  readonly issue: boolean;
  readonly deploy: boolean;
  readonly services: boolean;
  readonly force: boolean;
}

/** What `vcm run` does. */
export const EVERYTHING: Selection = { issue: true, deploy: true, services: true, force: false };

/** What is the same for all certificates. */
export interface PlanContext extends HostUsers {
  readonly now: Date;
  readonly zone: string;
  /** Services that validate new files. */
  readonly validating: ReadonlySet<string>;
  readonly selection: Selection;
  /** The server, as far as it is configured. */
  readonly server: Pick<VaultSettings, "addresses" | "namespace">;
}
