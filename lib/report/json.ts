/** Plans and outcomes as data. Times are ISO 8601 in UTC; keys that are not known are left out. */
import type { ApplyEvent } from "../apply/events.ts";
import type { Rights } from "../apply/rights.ts";
import type { Problem } from "../config/problem.ts";
import type { Plan } from "../plan/types.ts";
import type { Finding } from "../vault/doctor/finding.ts";
import type { Outcome } from "./outcome.ts";
import { judgeStanding } from "./verdict.ts";

/** Version of the layout; it changes when a key changes its meaning or goes away. */
const LAYOUT = 1;

export function planJson(plan: Plan, permissions?: Rights): string {
  return print({ layout: LAYOUT, ...plan, ...(permissions && { permissions }) });
}

export function checkJson(plan: Plan): string {
  return print({ layout: LAYOUT, standing: judgeStanding(plan), ...plan });
}

export function runJson(plan: Plan, events: readonly ApplyEvent[], outcome: Outcome): string {
  return print({ layout: LAYOUT, ...plan, events, outcome });
}

/** What came of `vcm revoke`. */
export function revokeJson(
  results: readonly { readonly name: string; readonly done: boolean; readonly message: string }[],
): string {
  return print({ layout: LAYOUT, results });
}

/** What `vcm doctor` found. */
export function doctorJson(findings: readonly Finding[]): string {
  return print({ layout: LAYOUT, findings });
}

/** What `vcm validate` counts in a file without mistakes. */
export function validJson(counts: Readonly<Record<string, string | number>>): string {
  return print({ layout: LAYOUT, ...counts });
}

/** Why a command could not be carried out; `problems` are the mistakes of the configuration. */
export function errorJson(message: string, problems?: readonly Problem[]): string {
  return print({ layout: LAYOUT, error: { message, ...(problems ? { problems } : {}) } });
}

/** @param value Plain data. */
export function print(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}
