/** Carries out the steps of one certificate or trust entry: recover → revoke → issue or fetch → deploy. */
import { readlinkSync } from "node:fs";
import { requireText } from "../host/read.ts";
import type { Semaphore } from "../host/semaphore.ts";
import type { StoredPart } from "../certificate/types.ts";
import { DIRECTORY_MODE } from "../plan/bundle.ts";
import { changesContent } from "../plan/drift.ts";
import type {
  DeployStep,
  FetchStep,
  IssueStep,
  RecoverStep,
  RevokeStep,
  Rewrite,
} from "../plan/types.ts";
import type { TargetStep } from "../plan/target_types.ts";
import { forgetPendingValidation, writePendingValidation } from "../store/pending_validation.ts";
import { storedFile, temporaryFile } from "../store/store_paths.ts";
import type { Replaced } from "../store/types.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";
import { deploy, NotDeployedError } from "./deploy.ts";
import { plainCause } from "../text/plain_cause.ts";
import type { Emit } from "./events.ts";
import type { PendingActions, Recorded } from "./pending_actions.ts";
import { recover } from "./recover.ts";
import type { SessionOnce } from "./session_once.ts";
import { notBegun, type Stop } from "./stop.ts";
import { contentMaker } from "./target_content.ts";
import { type Issued, tryIssue } from "./try_issue.ts";
import type { Writers } from "./writers/writers.ts";

/** What all certificates of a run share. */
export interface Tools {
  readonly sessions: SessionOnce;
  readonly writers: Writers;
  readonly pendingActions: PendingActions;
  /** Held from the request until the certificate is stored: a kill wastes no more than these. */
  readonly issuing: Semaphore;
  readonly emit: Emit;
  readonly stop: Stop;
}

/** The steps of one certificate. */
export interface CertificateWork {
  readonly name: string;
  readonly certStore: string;
  readonly recover?: RecoverStep;
  readonly revoke?: RevokeStep;
  readonly issue?: IssueStep;
  readonly fetch?: FetchStep;
  readonly deploy?: DeployStep;
}

/** What the steps of services need to know of a certificate. */
export interface Result {
  /**
   * "none": there was nothing to write that a service would load; "failed": nothing was written;
   * "half": only some files were; "rolled-back": all were, and then the old files were restored.
   */
  state: "none" | "failed" | "half" | "deployed" | "rolled-back";
  /** What was replaced and can be rolled back. */
  readonly replaced: readonly Replaced[];
  /** Services that read its files. */
  readonly services: readonly string[];
  /** Services whose pending actions this run created for it. */
  readonly newPendingActions: readonly string[];
  /** Its files were edited or from several sets before, and still are. A missing file alone does not
   * count: it keeps no service from loading the others. */
  readonly torn?: boolean | undefined;
}

/**
 * Reports all failures by events. What no step expects fails this certificate only: the answer to
 * another one may be on its way.
 */
export async function workOnCertificate(work: CertificateWork, tools: Tools): Promise<Result> {
  try {
    return await carryOut(work, tools);
  } catch (error) {
    const step = firstStep(work) ?? "recover";
    const message = `${plainCause(error)}; to see what is left: vcm plan; to do it: vcm run`;
    tools.emit({ kind: "failed", step, subject: work.name, message });
    return result(work, "half");
  }
}

async function carryOut(work: CertificateWork, tools: Tools): Promise<Result> {
  if (tools.stop.why !== undefined) return leave(work, tools.stop.why, tools);
  const recovered = work.recover === undefined ||
    await recover(work.recover, work.certStore, tools);
  const rewritten = recovered && work.recover?.rewrite
    ? await tryRewrite(work.recover.rewrite, work, tools)
    : undefined;
  if (work.revoke !== undefined) {
    const { finishRevocation } = await import("./finish_revocation.ts");
    await finishRevocation(work.revoke, work.certStore, tools);
  }
  if (!recovered || rewritten === "failed") {
    const message = "its recovery failed";
    tools.emit({ kind: "skipped", step: "deploy", subject: work.name, message });
    return unrecovered(work);
  }
  const issued = work.issue && await tryIssue(work.issue, work.certStore, tools);
  const fetched = work.fetch &&
    await (await import("./fetch.ts")).tryFetch(work.fetch, work.certStore, tools);
  if (work.deploy !== undefined) {
    if ((issued ?? fetched) === undefined && tools.stop.why !== undefined) {
      return result(work, "failed");
    }
    // Services need not load again what did not change.
    if (fetched?.changed === false && withoutRenewal(work.deploy).length === 0) {
      return result(work, "none");
    }
    const renewed = fetched?.changed ? () => fetched.text : issued && textOf(issued.certificate);
    return await tryDeploy(work.deploy, work, renewed, tools);
  }
  const { services = [] } = work.issue ?? work.fetch ?? work.recover?.rewrite ?? {};
  if (services.length === 0 || fetched?.changed === false) return result(work, "none");
  const { recorded } = issued ?? fetched ?? rewritten ?? {};
  const state = issued ?? fetched ?? rewritten ? "deployed" : "failed";
  return { ...result(work, state), services, newPendingActions: recorded?.added ?? [] };
}

/** Leaves all steps to the next run. */
function leave(work: CertificateWork, why: string, { emit }: Pick<Tools, "emit">): Result {
  const step = firstStep(work);
  if (step !== undefined) {
    emit({ kind: "failed", step, subject: work.name, message: notBegun(why) });
  }
  return unrecovered(work);
}

function firstStep(work: CertificateWork) {
  return (["issue", "fetch", "deploy", "revoke", "recover"] as const).find((kind) => work[kind]);
}

/** Some files of an interrupted run may be rolled back already, and some not. */
function unrecovered(work: CertificateWork): Result {
  return result(work, work.recover?.pendingValidation.length ? "half" : "failed");
}

function result({ deploy }: CertificateWork, state: Result["state"]): Result {
  const torn = state === "failed" &&
    deploy?.targets.some(({ drift }) => drift.some(({ kind }) => kind === "content"));
  return {
    state,
    replaced: [],
    services: deploy?.services ?? [],
    newPendingActions: [],
    torn,
  };
}

async function tryRewrite(
  step: Rewrite,
  { name, certStore }: CertificateWork,
  { pendingActions, emit }: Tools,
): Promise<Pick<Issued, "recorded"> | "failed"> {
  let recorded: Recorded | undefined;
  const record = async () => {
    recorded = await pendingActions.record({ ...step, certificate: name });
  };
  const { rewrite } = await import("./rewrite.ts");
  return await rewrite(name, certStore, record, emit) ? { recorded } : "failed";
}

async function tryDeploy(
  step: DeployStep,
  work: CertificateWork,
  renewed: ((part: StoredPart) => string) | undefined,
  { writers, pendingActions, emit }: Tools,
): Promise<Result> {
  const { name, certStore } = work;
  const targets = renewed === undefined ? withoutRenewal(step) : step.targets;
  if (targets.length === 0) {
    const message = work.fetch === undefined
      ? "no new certificate was issued"
      : "nothing new was fetched";
    emit({ kind: "skipped", step: "deploy", subject: name, message });
    return result(work, "failed");
  }
  const changing = targets.some((target) => changesContent(target.drift));
  const part = (part: StoredPart) =>
    renewed?.(part) ?? requireText(storedFile(certStore, name, part));
  const content = await contentMaker(targets, name, part);
  const bundle = targets.some(({ what }) => what === "bundle")
    ? await import("./bundle.ts")
    : undefined;
  let recorded: Recorded | undefined;
  try {
    const replaced = await deploy({
      targets,
      revocable: step.revocable,
      content,
      makeBundle: async (target) =>
        await bundle?.makeBundle(target, part, DIRECTORY_MODE, writers.commands),
      beforeFirstRename: async (replaced) => {
        await setAcls(targets, writers);
        if (replaced.length > 0) await writePendingValidation(certStore, name, replaced);
        if (changing) recorded = await pendingActions.record(step);
      },
      afterRename: ({ what, path, drift, changes = [] }) =>
        emit({ kind: "deployed", certificate: name, what, path, drift: [...drift, ...changes] }),
      warn: (message) => emit({ kind: "warning", subject: name, message }),
    }, writers);
    const state = changing ? "deployed" : "none";
    const newPendingActions = recorded?.added ?? [];
    return { state, replaced, services: step.services, newPendingActions };
  } catch (error) {
    emit({ kind: "failed", step: "deploy", subject: name, message: (error as Error).message });
    if (!(error instanceof NotDeployedError)) return result(work, "half");
    forgetPendingValidation(certStore, name, emit);
    // Nothing was replaced. With these records, each run would reload for the same failure.
    recorded?.withdraw();
    return result(work, "failed");
  }
}

function textOf(issued: IssuedCertificate): (part: StoredPart) => string {
  return (part) => {
    if (part === "crl") throw new Error("A certificate has no CRL");
    return issued.text(part);
  };
}

/** By one call for all files of a certificate, because a process costs more than they do. */
async function setAcls(targets: readonly TargetStep[], { commands }: Writers): Promise<void> {
  const files = targets.filter(({ acl, acls }) => acl ?? acls).map(({ what, path }) =>
    what === "bundle" ? { path, version: readlinkSync(temporaryFile(path)) } : { path }
  );
  if (files.length > 0) await commands.setAcls(files);
}

/** What can be deployed without a new certificate: what has drifted from the stored set. */
function withoutRenewal(step: DeployStep): TargetStep[] {
  if (!step.storedSetUsable) return [];
  return step.targets
    .map((target) => ({ ...target, drift: target.drift.filter(({ kind }) => kind !== "renewed") }))
    .filter(({ drift }) => drift.length > 0);
}
