/** A plan for people: the steps, their reasons, and the changes of each file. */
import type { CommandRights, FileRights, Rights } from "../apply/permissions.ts";
import { isWhole } from "../plan/due.ts";
import type { Drift } from "../plan/target_types.ts";
import type {
  CertificateState,
  DeployStep,
  FetchStep,
  Plan,
  ServiceStep,
  Step,
} from "../plan/types.ts";
import { shellWord } from "../text/quote.ts";
import { actionName } from "../plan/desired_service.ts";
import { formatTime } from "../text/format_time.ts";
import { requestPath } from "../plan/request.ts";
import { describeDrifts } from "./drift_text.ts";
import { count, countEntries, type Paint } from "./paint.ts";
import { countWaiting, countWarnedBroken, countWarnedDue } from "./verdict.ts";

/**
 * @param all Also list certificates without steps.
 * @param whole With whole serial numbers.
 */
export function planText(plan: Plan, paint: Paint, all: boolean, whole = false): string {
  const lines: string[] = [];
  let quiet = 0;
  const stepsOf = Map.groupBy(plan.steps, (step) => "certificate" in step ? step.certificate : "");
  for (const state of plan.certificates) {
    const steps = stepsOf.get(state.name) ?? [];
    if (steps.length === 0 && isQuiet(state) && !all) quiet++;
    else lines.push(...certificateLines(state, steps, paint, whole));
  }
  lines.push(...serviceBlocks(plan, paint));
  if (lines.length > 0) lines.push("");
  lines.push(planSummary(plan, quiet, paint));
  return lines.join("\n") + "\n";
}

function isQuiet({ blocked, waits, warnings }: CertificateState): boolean {
  return blocked.length === 0 && waits === undefined && warnings.length === 0;
}

function certificateLines(
  state: CertificateState,
  steps: readonly Step[],
  paint: Paint,
  whole: boolean,
): string[] {
  const lines = [paint.bold(state.name)];
  for (const step of steps) {
    if (step.kind === "recover" || step.kind === "forget") lines.push(`  recover  ${step.detail}`);
    else if (step.kind === "revoke") lines.push(`  ${paint.warn("revoke")}   ${step.detail}`);
    else if (step.kind === "deploy") lines.push(...deployLines(step, whole, steps));
    else if (step.kind === "fetch") {
      const from = step.source.paths.join(", ");
      lines.push(`  ${paint.warn("fetch")}    from ${from}: ${step.due.detail}`);
    } else if (step.kind === "issue") {
      const from = requestPath(step.request);
      lines.push(`  ${paint.warn("issue")}    from ${from}: ${step.due.detail}`);
    }
  }
  if (state.waits !== undefined) lines.push(`  waits    ${state.waits.detail}`);
  for (const { message } of state.blocked) lines.push(`  ${paint.bad("blocked")}  ${message}`);
  for (const { message } of state.warnings) lines.push(`  ${paint.warn("warning")}  ${message}`);
  if (steps.length === 0 && isQuiet(state)) lines.push(`  in order ${validityText(state)}`);
  return lines;
}

function validityText({ certificate, trust, renewAt }: CertificateState): string {
  const end = certificate?.notAfter ?? trust?.end;
  if (end === undefined || renewAt === undefined) return "";
  return `until ${formatTime(end)}, renewal from ${formatTime(renewAt)}`;
}

function deployLines(step: DeployStep, whole: boolean, steps: readonly Step[]): string[] {
  return step.targets.map(({ what, path, drift, changes = [] }) => {
    const differences = describeDrifts([...drift, ...changes], whole);
    const condition = isConditional(drift) && steps.some(mayBeUnchanged) ? IF_NEW : "";
    return `  deploy   ${path}${what === "bundle" ? " (bundle)" : ""}: ${differences}${condition}`;
  });
}

/** A trust entry that is fetched unchanged changes no file. */
const IF_NEW = ", if the server has something new";

function isConditional(drift: readonly Drift[]): boolean {
  return drift.every(({ kind }) => kind === "renewed");
}

function mayBeUnchanged(step: Step): step is FetchStep {
  return step.kind === "fetch" && isWhole(step.due);
}

/** The certificates and trust entries of which nothing is certain to change. */
function conditionalOf(steps: readonly Step[]): ReadonlySet<string> {
  const certain = new Set(
    steps.flatMap((step) =>
      step.kind === "deploy" && !step.targets.every(({ drift }) => isConditional(drift))
        ? step.certificate
        : []
    ),
  );
  return new Set(
    steps.filter(mayBeUnchanged).map(({ certificate }) => certificate)
      .filter((name) => !certain.has(name)),
  );
}

/** Each service once, with all its lines. */
function serviceBlocks({ steps, services }: Plan, paint: Paint): string[] {
  const blocks = new Map<string, string[]>();
  const add = (service: string, lines: readonly string[]) => {
    if (lines.length > 0) blocks.set(service, [...blocks.get(service) ?? [], ...lines]);
  };
  const conditional = conditionalOf(steps);
  for (const step of steps) {
    if (step.kind === "service") add(step.service, [serviceLine(step, paint, conditional)]);
    else if (step.kind === "validate") add(step.service, [`  validate: ${step.pending.detail}`]);
    else if (step.kind === "clear") add(step.service, [`  cleared: ${step.detail}`]);
    else if (step.kind === "transfer") {
      add(step.pendingAction, [
        `  no longer in the configuration; its pending action is transferred to ${
          step.successors.join(", ")
        }`,
      ]);
    }
  }
  for (const { service, waits, problem, unit } of services) {
    if (unit !== undefined) add(service, [`  ${paint.warn("warning")}: ${unit.message}`]);
    if (waits !== undefined) add(service, [`  waits: ${waits.detail}`]);
    if (problem === undefined) continue;
    add(service, [`  ${paint.warn("warning")}: cannot tell what it serves: ${problem}`]);
  }
  return [...blocks].flatMap(([service, lines]) => [paint.bold(service), ...lines]);
}

function serviceLine(
  { action, pending, certificates }: ServiceStep,
  paint: Paint,
  conditional: ReadonlySet<string>,
): string {
  const what = action.manager === "command"
    ? `command ${action.command.map(shellWord).join(" ")}`
    : actionName(action);
  const isSure = pending.reason !== "deployed" ||
    certificates.some((name) => !conditional.has(name));
  return `  ${paint.warn(what)}: ${pending.detail}${isSure ? "" : IF_NEW}`;
}

const RECOVERING: ReadonlySet<Step["kind"]> = new Set([
  "recover",
  "revoke",
  "clear",
  "transfer",
  "forget",
]);

function planSummary(plan: Plan, quiet: number, paint: Paint): string {
  const steps = (kind: Step["kind"]) => plan.steps.filter((step) => step.kind === kind);
  const files = plan.steps.flatMap((step) => step.kind === "deploy" ? step.targets : []).length;
  const blocked = plan.certificates.filter((state) => state.blocked.length > 0).length;
  const rest = quiet > 0 ? `; ${count(quiet, "certificate")} in order` : "";
  const waiting = countWaiting(plan);
  const waits = waiting > 0 ? `; ${waiting} waiting for a window` : "";
  const stopped = blocked > 0 ? `; ${paint.bad(`${count(blocked, "certificate")} blocked`)}` : "";
  if (plan.steps.length === 0) {
    if (blocked > 0) return `Nothing can be done${stopped}${waits}${rest}`;
    if (waiting > 0) return `Nothing to do now${waits}${rest}`;
    const broken = countWarnedBroken(plan);
    if (broken > 0) {
      return `Nothing to do; ${paint.bad(`${count(broken, "certificate")} broken`)}${rest}`;
    }
    const flawed = countWarnedDue(plan.certificates);
    return flawed > 0
      ? `Nothing to do; ${paint.warn(`${count(flawed, "certificate")} not in order`)}${rest}`
      : `Nothing to do: ${countEntries(plan.certificates)} in order`;
  }
  const recovering = plan.steps.filter(({ kind }) => RECOVERING.has(kind)).length;
  const recover = recovering > 0 ? `, ${recovering} to recover` : "";
  const fetches = steps("fetch").length;
  const fetch = fetches > 0 ? `${fetches} to fetch, ` : "";
  return `Plan: ${steps("issue").length} to issue, ${fetch}${count(files, "file")} to deploy, ` +
    `${count(steps("service").length, "service action")}${recover}${stopped}${waits}${rest}`;
}

/** The permissions of a run of the plan. */
export function permissionsText({ files, commands }: Rights): string {
  const lines = (rights: FileRights | CommandRights) =>
    Object.entries(rights).flatMap(([kind, [first = "nothing", ...more]]) => [
      `  ${kind.padEnd(7)}${first}`,
      ...more.map((text: string) => `${" ".repeat(9)}${text}`),
    ]);
  return [
    "",
    "In a run of this plan, the worker that writes files has permission to",
    ...lines(files),
    "and the worker that runs programs has permission to",
    ...lines(commands),
    "",
  ].join("\n");
}
