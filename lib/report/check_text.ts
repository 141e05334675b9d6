/** `vcm check`: a headline for monitoring, then a line for each thing that is not in order. */
import { actionName } from "../plan/desired_service.ts";
import { formatTime } from "../text/format_time.ts";
import type { CertificateState, Plan, ServiceState } from "../plan/types.ts";
import { severityOf } from "../plan/warnings.ts";
import { describeDrifts } from "./drift_text.ts";
import { count, countEntries, type Paint } from "./paint.ts";
import { reissueLines } from "./reissue_text.ts";
import {
  assessStatus,
  countWaiting,
  hasPendingAction,
  isRecovery,
  isUnitWrong,
  type Standing,
  unrecovered,
} from "./verdict.ts";

const WORDS: Readonly<Record<Standing, readonly [string, "good" | "warn" | "bad"]>> = {
  fine: ["OK", "good"],
  due: ["DUE", "warn"],
  broken: ["BROKEN", "bad"],
  unknown: ["UNKNOWN", "bad"],
};

/** @param all Also list certificates that are in order. */
export function checkText(plan: Plan, paint: Paint, all: boolean): string {
  return [checkHeadline(plan, paint), ...checkDetails(plan, all)].join("\n") + "\n";
}

/** The summary, in one line. */
export function checkHeadline(plan: Plan, paint: Paint): string {
  const [word, color] = WORDS[assessStatus(plan)];
  return `${paint[color](word)}: ${headline(plan)}`;
}

/** A line for each thing that is not in order. */
export function checkDetails(plan: Plan, all: boolean): string[] {
  return [
    ...plan.certificates.flatMap((state) => certificateLines(state, all)),
    ...plan.steps.filter(isRecovery).map((step) => `${step.certificate}: ${step.detail}`),
    ...plan.steps.flatMap(pendingLine),
    ...plan.services.flatMap(serviceLines),
    ...reissueLines(plan),
  ];
}

function pendingLine(step: Plan["steps"][number]): string[] {
  if (step.kind !== "service" || step.pending.reason !== "pending") return [];
  return [`${step.service}: pending ${actionName(step.action)}: ${step.pending.detail}`];
}

function serviceLines({ service, waits, problem, unit }: ServiceState): string[] {
  return [
    ...(unit === undefined ? [] : [`${service}: ${unit.message}`]),
    ...(waits === undefined ? [] : [`${service}: waits: ${waits.detail}`]),
    ...(problem === undefined ? [] : [`${service}: cannot tell what it serves: ${problem}`]),
  ];
}

function headline(plan: Plan): string {
  const { certificates, services, at } = plan;
  const left = unrecovered(plan);
  const wrong = certificates.filter((state) => !isInOrder(state) || left.has(state.name)).length;
  const next = certificates
    .flatMap(({ renewAt }) => renewAt !== undefined && renewAt > at ? renewAt : [])
    .reduce<Date | undefined>((first, next) => first && first < next ? first : next, undefined);
  const waiting = countWaiting(plan);
  const pending = services.filter(hasPendingAction).length;
  const unreachable = services.filter(({ problem }) => problem !== undefined).length;
  const wrongUnits = services.filter(isUnitWrong).length;
  const rest = [
    ...(wrongUnits === 0 ? [] : [`${count(wrongUnits, "unit")} not in order`]),
    ...(pending === 0 ? [] : [`${count(pending, "pending service action")}`]),
    ...(unreachable === 0 ? [] : [`${count(unreachable, "service")} unreachable`]),
    ...(waiting === 0 ? [] : [`${waiting} waiting for a window`]),
    ...(next === undefined ? [] : [`next renewal ${formatTime(next)}`]),
  ].map((text) => `, ${text}`).join("");
  const total = countEntries(certificates);
  return wrong === 0 ? `${total} in order${rest}` : `${wrong} of ${total} not in order${rest}`;
}

function isInOrder({ due, waits, warnings, blocked, targets }: CertificateState): boolean {
  return (due === undefined || waits?.late === false) && blocked.length === 0 &&
    warnings.every((warning) => severityOf(warning) === "notice") &&
    targets.every(({ drift }) => drift.length === 0);
}

function certificateLines(state: CertificateState, all: boolean): string[] {
  const { name, due, waits, warnings, blocked, targets, certificate, trust } = state;
  const end = certificate?.notAfter ?? trust?.end;
  const lines = [
    ...(due === undefined || waits !== undefined ? [] : [`${name}: ${due.detail}`]),
    ...(waits === undefined ? [] : [`${name}: waits: ${waits.detail}`]),
    ...blocked.map(({ message }) => `${name}: ${message}`),
    ...targets.flatMap(({ path, drift }) => {
      // The line above already says that there is a new certificate.
      const own = drift.filter(({ kind }) => kind !== "renewed");
      return own.length === 0 ? [] : [`${name}: ${path}: ${describeDrifts(own)}`];
    }),
    ...warnings.map(({ message }) => `${name}: ${message}`),
  ];
  if (lines.length === 0 && all && end !== undefined) {
    lines.push(`${name}: in order until ${formatTime(end)}`);
  }
  return lines;
}
