/**
 * What commands print with `--json`. Times are ISO 8601 in UTC; unknown values have no key.
 *
 * Here internal types become public ones. If a change of an internal type does not compile here, or
 * in the test of this file, map it to what was printed before.
 */
import type { ApplyEvent } from "../apply/events.ts";
import type { Rights } from "../apply/permissions.ts";
import type { InventoryFacts } from "../certificate/inventory.ts";
import type { Diagnostic } from "../config/diagnostic.ts";
import type { Plan } from "../plan/types.ts";
import type { CheckResult } from "./check_result.ts";
import type { CheckDocument, PlanDocument, RunDocument, StatusDocument } from "./documents/plan.ts";
import type { Head } from "./documents/shared.ts";
import type {
  AdoptDocument,
  ArchiveDocument,
  DemoDocument,
  DoctorDocument,
  ErrorDocument,
  HelpDocument,
  InstallDocument,
  PruneDocument,
  RevokeDocument,
  ValidateDocument,
  VersionDocument,
} from "./documents/tools.ts";
import type { Outcome } from "./outcome.ts";
import { assessStatus } from "./verdict.ts";

export function planJson(plan: Plan, permissions?: Rights): string {
  return document<PlanDocument>({ ...plan, permissions });
}

export function checkJson(plan: Plan): string {
  return document<CheckDocument>({ standing: assessStatus(plan), ...plan });
}

/** What `vcm status` knows besides the plan. */
export interface StatusFacts {
  readonly host: string;
  readonly orphans?: readonly string[] | undefined;
  /** By the name of the certificate. */
  readonly inventory: ReadonlyMap<string, InventoryFacts>;
}

export function statusJson(plan: Plan, { host, orphans, inventory }: StatusFacts): string {
  const certificates = plan.certificates.map((state) => ({
    ...state,
    inventory: inventory.get(state.name),
  }));
  const standing = assessStatus(plan);
  return document<StatusDocument>({ host, standing, ...plan, certificates, orphans });
}

export function runJson(plan: Plan, events: readonly ApplyEvent[], outcome: Outcome): string {
  return document<RunDocument>({ ...plan, events, outcome });
}

export function adoptJson(results: AdoptDocument["results"]): string {
  return document<AdoptDocument>({ results });
}

export function archiveJson(name: string, sets: ArchiveDocument["sets"]): string {
  return document<ArchiveDocument>({ name, sets });
}

export function revokeJson(results: RevokeDocument["results"]): string {
  return document<RevokeDocument>({ results });
}

export function pruneJson(results: PruneDocument["results"]): string {
  return document<PruneDocument>({ results });
}

export function doctorJson(results: readonly CheckResult[]): string {
  return document<DoctorDocument>({ results });
}

export function validJson(counts: Omit<ValidateDocument, "layout">): string {
  return document<ValidateDocument>(counts);
}

export function installJson(installation: Omit<InstallDocument, "layout">): string {
  return document<InstallDocument>(installation);
}

export function demoJson(demo: Omit<DemoDocument, "layout">): string {
  return document<DemoDocument>(demo);
}

export function versionJson(version: string, deno: string): string {
  return document<VersionDocument>({ version, deno });
}

export function helpJson(commands: HelpDocument["commands"]): string {
  return document<HelpDocument>({ commands });
}

/** @param problems Diagnostics of the configuration. */
export function errorJson(message: string, problems?: readonly Diagnostic[]): string {
  return document<ErrorDocument>({ error: { message, problems } });
}

export function document<T extends Head>(rest: Omit<T, "layout">): string {
  return print({ layout: 1, ...rest });
}

export function print(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}
