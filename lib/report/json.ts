/** Plans and outcomes as data. Times are ISO 8601 in UTC; keys that are not known are left out. */
import type { ApplyEvent } from "../apply/events.ts";
import type { Plan } from "../plan/types.ts";
import type { Outcome } from "./outcome.ts";
import { judgeStanding } from "./verdict.ts";

/** Version of the layout; it changes when a key changes its meaning or goes away. */
const LAYOUT = 1;

export function planJson(plan: Plan): string {
  return print({ layout: LAYOUT, ...plan });
}

export function checkJson(plan: Plan): string {
  return print({ layout: LAYOUT, standing: judgeStanding(plan), ...plan });
}

export function runJson(plan: Plan, events: readonly ApplyEvent[], outcome: Outcome): string {
  return print({ layout: LAYOUT, ...plan, events, outcome });
}

/** @param value Plain data. */
export function print(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}
