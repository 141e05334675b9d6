/** The issue step of one certificate: it is asked for, or taken from the store, and reported. */
import { openCertificate } from "../certificate/certificate.ts";
import { inventoryFacts } from "../certificate/inventory.ts";
import type { Semaphore } from "../host/semaphore.ts";
import type { IssueStep } from "../plan/types.ts";
import { hasBegunSwitch } from "../store/staged_set.ts";
import { formatTime } from "../text/format_time.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";
import type { Emit } from "./events.ts";
import { describeIssued, issue, type StoreHooks } from "./issue.ts";
import type { PendingActions, Recorded } from "./pending_actions.ts";
import { forgetQuietly, recordWaste } from "./refused_answer.ts";
import type { SessionOnce } from "./session_once.ts";
import { notBegun, type Stop } from "./stop.ts";

/** What all certificates of a run share. */
interface IssueTools {
  readonly sessions: SessionOnce;
  readonly pendingActions: PendingActions;
  readonly issuing: Semaphore;
  readonly emit: Emit;
  readonly stop: Stop;
}

/** A certificate that is in the store. */
export interface Issued {
  readonly certificate: IssuedCertificate;
  readonly recorded: Recorded | undefined;
}

/** Undefined: it failed, and that was reported. */
export async function tryIssue(
  step: IssueStep,
  certStore: string,
  { sessions, pendingActions, issuing, emit, stop }: IssueTools,
): Promise<Issued | undefined> {
  const name = step.certificate;
  const warn = (message: string) => emit({ kind: "warning", subject: name, message });
  let recorded: Recorded | undefined;
  try {
    const hooks = {
      beforeAsked: () => pendingActions.try(step),
      beforeStored: async () => {
        recorded = await pendingActions.record(step);
      },
      warn,
    };
    const ask = async () => {
      using _place = await issuing.take();
      const session = await sessions.get();
      if (stop.why !== undefined) throw new Error(notBegun(stop.why));
      return await issue(step, certStore, session, hooks);
    };
    const issued = await storeOwn(step, certStore, hooks) ?? await ask();
    const { warnings, renewAt, chainInvalid } = describeIssued(step, issued, new Date());
    warnings.forEach(warn);
    const { serial, notAfter } = issued.certificate;
    if (step.archived !== undefined) {
      const detail = `restored the archived set with serial ${serial}, until ` +
        `${formatTime(notAfter)}; ${step.archived.outlook}`;
      emit({ kind: "recovered", certificate: name, detail });
    } else {
      emit({
        kind: "issued",
        certificate: name,
        address: issued.address,
        serial,
        notAfter,
        renewAt,
        ...(chainInvalid !== undefined && { chainInvalid }),
        issuer: issued.certificate.issuer,
        inventory: inventoryFacts(openCertificate(issued.leaf)),
      });
    }
    forgetQuietly(certStore, name);
    return { certificate: issued, recorded };
  } catch (error) {
    const { message } = error as Error;
    const failed = step.archived === undefined ? "issue" : "recover";
    emit({ kind: "failed", step: failed, subject: name, message });
    await recordWaste(step, certStore, error as Error, emit);
    // The next run finishes a switch that has begun, and the services must load what is new then.
    if (hasBegunSwitch(certStore, name)) return undefined;
    recorded?.withdraw();
    return undefined;
  }
}

/** Stores what needs no server. Undefined: the server must be asked. */
async function storeOwn(step: IssueStep, certStore: string, hooks: StoreHooks) {
  const { staged, archived } = step;
  if (!staged && archived === undefined) return undefined;
  const { restoreArchived, storeEarlier } = await import("./received.ts");
  return archived === undefined
    ? await storeEarlier(step, certStore, hooks)
    : await restoreArchived(step, archived.path, certStore, hooks);
}
