/** Carries out what the plan has for one certificate: tidy → issue → store → deploy. */
import * as fs from "node:fs";
import { renewalStart } from "../certificate/renewal.ts";
import { directoryOf } from "../text/path.ts";
import { isVersionDirectory, storedFile } from "../store/store_paths.ts";
import type { Part } from "../certificate/types.ts";
import { plainCause } from "../text/plain_cause.ts";
import { changesContent } from "../plan/drift.ts";
import type { DeployStep, IssueStep, RecoverStep, TargetStep } from "../plan/types.ts";
import type { Replaced } from "../store/types.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";
import { contentMaker } from "./content.ts";
import { deploy, NotDeployedError, putBackRest } from "./deploy.ts";
import type { Emit } from "./events.ts";
import { chainWarnings, issue, lifetimeWarning } from "./issue.ts";
import type { Writers } from "./writers/writers.ts";
import { dropPendingAction, writePendingAction } from "../store/pending_action.ts";
import type { SessionOnce } from "./session_once.ts";
import { finishSwitch } from "../store/write_set.ts";
import type { Mutex } from "./mutex.ts";
import { forgetPendingValidation, writePendingValidation } from "../store/pending_validation.ts";

/** What all certificates of a run share. */
export interface Tools {
  readonly sessions: SessionOnce;
  readonly writers: Writers;
  /** For what writes markers, until it is known that they stay: a marker may be that of several. */
  readonly mutex: Mutex;
  readonly emit: Emit;
}

/** All that one certificate's steps need, and what came of them. */
export interface CertificateWork {
  readonly name: string;
  readonly certStore: string;
  readonly recover?: RecoverStep;
  readonly issue?: IssueStep;
  readonly deploy?: DeployStep;
}

/** What services need to know of a certificate. */
export interface Result {
  /**
   * "none": nothing that a service would load was to be written; "failed": it could not be, and all
   * is as it was; "half": some of it was; "reverted": it was, and was put back.
   */
  state: "none" | "failed" | "half" | "deployed" | "rolled-back";
  /** What was written, and can be put back. */
  readonly replaced: readonly Replaced[];
  /** Services that read its files. */
  readonly services: readonly string[];
  /** Those whose markers were made for it in this run. */
  readonly newPendingActions: readonly string[];
  /** Its files were of more than one set before, or edited, and could not be mended; one that was never
   * there keeps no service from loading the others. */
  readonly torn?: boolean;
}

/** Never throws for what can go wrong on a host: it is said by events. */
export async function workOnCertificate(
  work: CertificateWork,
  tools: Tools,
): Promise<Result> {
  if (work.recover !== undefined && !await recover(work.recover, work.certStore, tools)) {
    tools.emit({
      kind: "skipped",
      step: "deploy",
      subject: work.name,
      message: "its recovery failed",
    });
    // Of what an interrupted run replaced, some may be put back, and some not.
    return result(work, work.recover.pendingValidation.length > 0 ? "half" : "failed");
  }
  const newPendingActions: string[] = [];
  const issued = work.issue && await tryIssue(work.issue, work, newPendingActions, tools);
  if (work.deploy !== undefined) return await tryDeploy(work.deploy, work, issued, tools);
  const { services = [] } = work.issue ?? {};
  if (services.length === 0) return result(work, "none");
  return {
    ...result(work, issued === undefined ? "failed" : "deployed"),
    services,
    newPendingActions,
  };
}

function result({ deploy }: CertificateWork, state: Result["state"]): Result {
  const torn = state === "failed" &&
    deploy?.targets.some(({ drift }) => drift.some(({ kind }) => kind === "content"));
  return {
    state,
    replaced: [],
    services: deploy?.services ?? [],
    newPendingActions: [],
    ...(torn && { torn }),
  };
}

async function recover(
  step: RecoverStep,
  certStore: string,
  { writers, emit }: Tools,
): Promise<boolean> {
  try {
    if (step.store) {
      const unkept = finishSwitch(certStore, step.certificate, step.keep);
      if (unkept !== undefined) {
        // It stops nothing, and is not as the file asks.
        emit({ kind: "failed", step: "recover", subject: step.certificate, message: unkept });
      } else {
        emit({
          kind: "recovered",
          certificate: step.certificate,
          detail: "repaired the store after an interrupted run",
        });
      }
    }
    if (step.closeKey) {
      fs.chmodSync(storedFile(certStore, step.certificate, "privkey"), 0o600);
      emit({
        kind: "recovered",
        certificate: step.certificate,
        detail: "set the mode of privkey.pem in the store to 0600",
      });
    }
    if (step.pendingValidation.length > 0) {
      await putBackRest(step.pendingValidation, writers);
      forgetPendingValidation(certStore, step.certificate, emit);
      emit({
        kind: "recovered",
        certificate: step.certificate,
        detail: `rolled back ${step.pendingValidation.map(({ path }) => path).join(", ")}: an ` +
          "interrupted run deployed it, and no service had validated it",
      });
    }
    for (const path of step.leftovers) {
      const writer = writers.of(step.byUsers?.find((other) => other.path === path)?.by);
      if (isVersionDirectory(path)) (await import("./bundle.ts")).clearDirectory(path);
      else await writer({ do: "remove", path });
      await writer({ do: "sync", directory: directoryOf(path) });
      emit({
        kind: "recovered",
        certificate: step.certificate,
        detail: `removed "${path}", left by an interrupted run`,
      });
    }
    return true;
  } catch (error) {
    const message = `Cannot recover (${step.detail}): ${plainCause(error)}`;
    emit({ kind: "failed", step: "recover", subject: step.certificate, message });
    return false;
  }
}

/** @param newMarkers Is given the services whose markers are made. */
async function tryIssue(
  step: IssueStep,
  { name, certStore }: CertificateWork,
  newPendingActions: string[],
  { sessions, mutex, emit }: Tools,
): Promise<IssuedCertificate | undefined> {
  using turn = new DisposableStack();
  try {
    const session = await sessions.get();
    const issued = await issue(step, certStore, session, {
      beforeStored: async () => {
        turn.use(await mutex.take());
        writePendingActions(step, certStore, newPendingActions);
      },
      warn: (message) => emit({ kind: "warning", subject: name, message }),
    });
    const shortened = lifetimeWarning(step, issued, new Date());
    if (shortened !== undefined) {
      emit({ kind: "warning", subject: step.certificate, message: shortened });
    }
    if (issued.leaseWarning !== undefined) {
      emit({ kind: "warning", subject: step.certificate, message: issued.leaseWarning });
    }
    const chain = chainWarnings(step, issued, new Date());
    for (const { message } of chain) {
      emit({ kind: "warning", subject: step.certificate, message });
    }
    const invalid = chain.find(({ kind }) => kind === "chain-invalid");
    for (const message of issued.warnings) {
      emit({ kind: "warning", subject: step.certificate, message: `the server says: ${message}` });
    }
    emit({
      kind: "issued",
      certificate: step.certificate,
      address: issued.address,
      serial: issued.certificate.serial,
      notAfter: issued.certificate.notAfter,
      renewAt: renewalStart(step, issued.certificate),
      ...(invalid && { chainInvalid: invalid.message }),
    });
    return issued;
  } catch (error) {
    const message = (error as Error).message;
    emit({ kind: "failed", step: "issue", subject: step.certificate, message });
    for (const service of newPendingActions.splice(0)) dropPendingAction(certStore, service, emit);
    return undefined;
  }
}

async function tryDeploy(
  step: DeployStep,
  work: CertificateWork,
  issued: IssuedCertificate | undefined,
  { writers, mutex, emit }: Tools,
): Promise<Result> {
  const targets = issued === undefined ? withoutRenewal(step) : step.targets;
  if (targets.length === 0) {
    const message = "no new certificate was issued";
    emit({ kind: "skipped", step: "deploy", subject: work.name, message });
    return result(work, "failed");
  }
  const changing = targets.some((target) => changesContent(target.drift));
  const part = (part: Part) => issued?.text(part) ?? readStored(work, part);
  const content = await contentMaker(targets, work.name, part);
  const bundle = targets.some(({ what }) => what === "bundle")
    ? await import("./bundle.ts")
    : undefined;
  const newPendingActions: string[] = [];
  using _turn = await mutex.take();
  try {
    const replaced = await deploy({
      targets,
      revocable: step.revocable,
      content,
      makeBundle: (target) => bundle?.makeBundle(target, part),
      beforeFirstRename: (replaced) => {
        if (replaced.length > 0) writePendingValidation(work.certStore, work.name, replaced);
        if (changing) writePendingActions(step, work.certStore, newPendingActions);
      },
      afterRename: ({ what, path, drift }) =>
        emit({ kind: "deployed", certificate: work.name, what, path, drift }),
      warn: (message) => emit({ kind: "warning", subject: work.name, message }),
    }, writers);
    return {
      state: changing ? "deployed" : "none",
      replaced,
      services: step.services,
      newPendingActions,
    };
  } catch (error) {
    emit({
      kind: "failed",
      step: "deploy",
      subject: work.name,
      message: (error as Error).message,
    });
    if (!(error instanceof NotDeployedError)) return result(work, "half");
    forgetPendingValidation(work.certStore, work.name, emit);
    // Nothing was replaced, so nothing is owed: else each run would reload for the same failure.
    for (const service of newPendingActions) dropPendingAction(work.certStore, service, emit);
    return result(work, "failed");
  }
}

/** @param newMarkers Is given the services whose markers are made. */
function writePendingActions(
  { certificate, services, inUseUntil }: IssueStep | DeployStep,
  certStore: string,
  newPendingActions: string[],
): void {
  for (const service of services) {
    if (writePendingAction(certStore, service, certificate, inUseUntil)) {
      newPendingActions.push(service);
    }
  }
}

/** Without a new certificate, what drifted from the stored set is mended all the same. */
function withoutRenewal(step: DeployStep): TargetStep[] {
  if (!step.storedSetUsable) return [];
  return step.targets
    .map((target) => ({
      ...target,
      drift: target.drift.filter((difference) => difference.kind !== "renewed"),
    }))
    .filter((target) => target.drift.length > 0);
}

function readStored({ certStore, name }: CertificateWork, part: Part): string {
  return fs.readFileSync(storedFile(certStore, name, part), "utf8");
}
