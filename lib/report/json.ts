/** What commands print with `--json`. Times are ISO 8601 in UTC; keys that are not known are left out. */
import type { ApplyEvent } from "../apply/events.ts";
import type { Rights } from "../apply/permissions.ts";
import type { Diagnostic } from "../config/diagnostic.ts";
import type { Plan } from "../plan/types.ts";
import type { CheckResult } from "./check_result.ts";
import {
  type CheckDocument,
  type DemoDocument,
  type DoctorDocument,
  type ErrorDocument,
  type Head,
  type HelpDocument,
  type InstallDocument,
  LAYOUT,
  type PlanDocument,
  type RevokeDocument,
  type RunDocument,
  type ValidateDocument,
  type VersionDocument,
} from "./documents.ts";
import type { Outcome } from "./outcome.ts";
import { judgeStatus } from "./verdict.ts";

export function planJson(plan: Plan, permissions?: Rights): string {
  return document<PlanDocument>({ ...plan, ...(permissions && { permissions }) });
}

export function checkJson(plan: Plan): string {
  return document<CheckDocument>({ standing: judgeStatus(plan), ...plan });
}

export function runJson(plan: Plan, events: readonly ApplyEvent[], outcome: Outcome): string {
  return document<RunDocument>({ ...plan, events, outcome });
}

/** What came of `vcm revoke`. */
export function revokeJson(results: RevokeDocument["results"]): string {
  return document<RevokeDocument>({ results });
}

/** What `vcm doctor` found. */
export function doctorJson(results: readonly CheckResult[]): string {
  return document<DoctorDocument>({ results });
}

/** What `vcm validate` counts in a file without mistakes. */
export function validJson(counts: Omit<ValidateDocument, "layout">): string {
  return document<ValidateDocument>(counts);
}

/** What `vcm install` did, or would do. */
export function installJson(installation: Omit<InstallDocument, "layout">): string {
  return document<InstallDocument>(installation);
}

/** What `vcm demo` did. */
export function demoJson(tour: Omit<DemoDocument, "layout">): string {
  return document<DemoDocument>(tour);
}

/** Which `vcm` this is. */
export function versionJson(version: string, deno: string): string {
  return document<VersionDocument>({ version, deno });
}

/** What `vcm help` tells of commands. */
export function helpJson(commands: HelpDocument["commands"]): string {
  return document<HelpDocument>({ commands });
}

/** Why a command could not be carried out; `problems` are the mistakes of the configuration. */
export function errorJson(message: string, problems?: readonly Diagnostic[]): string {
  return document<ErrorDocument>({ error: { message, ...(problems && { problems }) } });
}

export function document<T extends Head>(rest: Omit<T, "layout">): string {
  return print({ layout: LAYOUT, ...rest });
}

/** @param value Plain data. */
export function print(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}
