/** Carries out an issue step: asks the server, checks the lifetime, writes the set to the store. */
import { openCertificate } from "../certificate/certificate.ts";
import { matchKey } from "../certificate/keys.ts";
import { renewalStart } from "../certificate/renewal.ts";
import { PathFinder } from "../certificate/path_finder.ts";
import { ChainChecker } from "../certificate/stored_chain.ts";
import { formatDuration } from "../text/duration.ts";
import { causeAndFix } from "../text/plain_cause.ts";
import { storedFile } from "../store/store_paths.ts";
import { type Part, PARTS } from "../certificate/types.ts";
import { readText } from "../host/read.ts";
import type { Presence } from "../host/types.ts";
import { checkSet, type SetCheckers } from "../store/stored_set.ts";
import { findChainWarnings } from "../plan/chain_warnings.ts";
import { checkDue } from "../plan/due.ts";
import { validityOf } from "../plan/stored_validity.ts";
import { formatTime } from "../text/format_time.ts";
import type { IssueStep } from "../plan/types.ts";
import type { StoredSet } from "../store/types.ts";
import { describeCap } from "../plan/warnings.ts";
import { WastedAnswerError } from "../vault/errors.ts";
import type { IssuedCertificate } from "../vault/pki/issued_certificate.ts";
import { issueCertificate } from "../vault/pki/pki.ts";
import type { VaultSession } from "../vault/session/session.ts";
import { clockHint, describeClock } from "../vault/wire/clock_difference.ts";
import { issueTime, noteIssueTime, requireIssueTime } from "./issue_time.ts";
import { clockFix, lifetimeFix } from "./lifetime_cause.ts";
import { ReservedSet } from "../store/reserve_set.ts";
import { storeStagedSet } from "../store/write_set.ts";

/** Hooks around the write to the store. */
export interface StoreHooks {
  /** Called before the server is asked. Throws if `beforeStored()` would. */
  readonly beforeAsked?: () => Promise<void>;
  /** Called after the certificate is received and before the store changes. May throw. */
  readonly beforeStored: () => Promise<void>;
  /** Called if something failed although the certificate is stored. */
  readonly warn: (message: string) => void;
}

/** A certificate, and its set as the next run will see it, if that was looked at. */
export interface CheckedCertificate extends IssuedCertificate {
  readonly stored?: StoredSet;
}

/**
 * Throws Error with a message for users; then the stored set is unchanged, and what was received and
 * could not be stored stays staged for the next run. A WastedAnswerError: the server has issued a
 * certificate that cannot be used, or not even be staged.
 */
export async function issue(
  step: IssueStep,
  certStore: string,
  session: VaultSession,
  hooks: StoreHooks,
): Promise<CheckedCertificate> {
  const { certificate, keep } = step;
  using reserved = await explainWrite(
    certStore,
    () => ReservedSet.make(certStore, certificate, keep),
  );
  await requireIssueTime(step, certStore);
  await hooks.beforeAsked?.();
  const answer = await issueCertificate(session, step.request, keyToReuse(step, certStore));
  const issued = { ...answer, issuedAt: issueTime(step, answer, new Date()) };
  const stored = requireUsefulLifetime(step, issued, new Date());
  try {
    await explainWrite(certStore, () => reserved.stage((part) => issued.text(part)));
  } catch (error) {
    if (reserved.isWritten) throw notStored(error);
    throw new WastedAnswerError((error as Error).message, { cause: error });
  }
  try {
    await noteIssueTime(step, certStore, issued, hooks.warn);
  } catch (error) {
    throw notStored(error);
  }
  await storeReceived(step, certStore, hooks);
  return { ...issued, stored };
}

/** Stores the staged set. Throws Error with a message for users. */
export async function storeReceived(
  { certificate, keep }: IssueStep,
  certStore: string,
  { beforeStored, warn }: StoreHooks,
): Promise<void> {
  try {
    await beforeStored();
    const problem = await explainWrite(
      certStore,
      () => storeStagedSet(certStore, certificate, keep),
    );
    if (problem !== undefined) warn(problem);
  } catch (error) {
    throw notStored(error);
  }
}

function notStored(cause: unknown): Error {
  return new Error(
    `${
      (cause as Error).message
    }; the new certificate is staged in the store, and the next run stores ` +
      "it without asking again",
    { cause },
  );
}

async function explainWrite<T>(certStore: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw new Error(
      `Cannot write the new certificate to the store "${certStore}": ` +
        causeAndFix(error, `${certStore}/`),
      { cause: error },
    );
  }
}

/**
 * The stored key, if it is to be reused and belongs to the stored certificate. Throws Error with a
 * message for users if it cannot be read.
 */
function keyToReuse({ certificate, request }: IssueStep, certStore: string): string | undefined {
  if (!request.key.reuse) return undefined;
  const [key, leaf] = (["privkey", "cert"] as const).map((part) => {
    const stored = readText(storedFile(certStore, certificate, part));
    if (stored.kind === "unreadable") throw new Error(stored.problem);
    return stored.kind === "present" ? stored.value : undefined;
  });
  return key !== undefined && (leaf === undefined || belongs(leaf, key)) ? key : undefined;
}

function belongs(leaf: string, key: string): boolean {
  try {
    return ["match", "unverified"].includes(matchKey(openCertificate(leaf), key));
  } catch {
    // The certificate is damaged.
    return false;
  }
}

/** What a run tells about a certificate that it has stored. */
export interface Described {
  readonly warnings: readonly string[];
  /** When the next run finds it due. */
  readonly renewAt: Date;
  /** Why clients may refuse its chain. */
  readonly chainInvalid?: string | undefined;
}

export function describeIssued(step: IssueStep, issued: CheckedCertificate, now: Date): Described {
  const { certificate, leaseWarning, unverified, stored = asStored(step, issued, now) } = issued;
  const chain = findChainWarnings(step.certificate, certificate, stored, now);
  const warnings = [
    step.archived === undefined ? lifetimeWarning(step, issued, now, stored) : undefined,
    leaseWarning,
    ...chain.map(({ message }) => message),
    unverifiedWarning(unverified),
    ...issued.warnings.map((message) => `the server says: ${message}`),
  ];
  return {
    warnings: warnings.filter((warning) => warning !== undefined),
    renewAt: renewalStart(step, {
      ...validityOf(stored) ?? certificate,
      serial: certificate.serial,
    }),
    chainInvalid: chain.find(({ kind }) => kind === "chain-invalid")?.message,
  };
}

/** Warnings about the lifetime, and about a renewal window that is a share of it. */
export function lifetimeWarning(
  step: IssueStep,
  issued: IssuedCertificate,
  now: Date,
  stored = asStored(step, issued, now),
): string | undefined {
  const warnings = [shortened(step, issued, now), describeCap(step.renew, stored)];
  return warnings.filter((warning) => warning !== undefined).join("; ") || undefined;
}

/** It is accepted all the same: the server proved who it is by TLS. */
function unverifiedWarning(algorithms: readonly string[]): string | undefined {
  return algorithms.length === 0
    ? undefined
    : `this build cannot verify ${algorithms.join(" and ")}, so it was accepted without that check`;
}

/**
 * Roles, mounts and issuers shorten lifetimes without an error. Some seconds are missing anyway, because
 * the server backdates certificates.
 */
function shortened(
  { request }: IssueStep,
  issued: IssuedCertificate,
  now: Date,
): string | undefined {
  const { notAfter } = issued.certificate;
  if (request.ttl === undefined) return undefined;
  const { ttl } = request;
  const secondsAt = (time: Date) => (notAfter.getTime() - time.getTime()) / 1000;
  const isWell = (time: Date) => secondsAt(time) > ttl - Math.max(60, ttl / 100);
  if (isWell(now)) return undefined;
  const got = formatDuration(Math.round(secondsAt(now) / 60) * 60);
  const clock = clockHint(issued.serverTime, now);
  const by = clock === "" ? "" : ` by this host's clock`;
  const fix = clockFix(issued, now, isWell);
  return `asked for a lifetime of ${formatDuration(ttl)} and got ${got}${by}` +
    (fix === undefined ? `${clock}; ${lifetimeFix(request, issued, 'lower "ttl"')}` : `; ${fix}`);
}

/** Why a certificate is not valid now: this host's clock, unless it is invalid by the server's clock too. */
function explainClock(
  { request }: IssueStep,
  { certificate, serverTime }: IssuedCertificate,
  now: Date,
  side: "ahead of" | "behind",
): string {
  if (serverTime === undefined) {
    return `this host's clock is ${side} the server's, so it was not stored`;
  }
  if (certificate.notBefore <= serverTime && serverTime < certificate.notAfter) {
    return `${describeClock(serverTime, now)}, so it was not stored`;
  }
  return `it is not valid by the server's time (${formatTime(serverTime)}) either, so it was not ` +
    `stored; check the role "${request.role}" and the clock of the server that issued it`;
}

/**
 * A certificate that is due as soon as it is issued would be issued again in every run.
 *
 * @returns The set as the next run will see it.
 */
export function requireUsefulLifetime(
  step: IssueStep,
  issued: IssuedCertificate,
  now: Date,
): StoredSet {
  const { certificate } = issued;
  if (certificate.notAfter <= now) {
    throw new WastedAnswerError(
      `The certificate expired at ${certificate.notAfter.toISOString()}, before it arrived; ` +
        explainClock(step, issued, now, "ahead of"),
    );
  }
  if (certificate.notBefore > now) {
    throw new WastedAnswerError(
      `The certificate is not valid before ${certificate.notBefore.toISOString()}; ` +
        explainClock(step, issued, now, "behind"),
    );
  }
  const dueAt = (time: Date, stored = asStored(step, issued, time)) => {
    const spec = { ...step.request, renew: step.renew, spread: 0, targets: [] };
    return checkDue(spec, stored, time);
  };
  const stored = asStored(step, issued, now);
  const due = dueAt(now, stored);
  if (due === undefined) return stored;
  const fix = clockFix(issued, now, (time) => dueAt(time) === undefined) ??
    (stored.chainEnd === undefined
      ? lifetimeFix(step.request, issued, 'lower "renew"')
      : "fix: renew that CA on the server");
  throw new WastedAnswerError(
    `The certificate would be due again at once, so it was not stored: ${due.detail}; ${fix}`,
  );
}

/** Milliseconds for which the same checkers are used: what they know of CAs stays true. */
const CHECKERS_LAST = 10_000;

/** Shared by the sets that are issued about that time, which mostly have the same CAs. */
let checkers: SetCheckers & { readonly at: Date } | undefined;

function checkersAt(at: Date): SetCheckers {
  if (Math.abs(at.getTime() - (checkers?.at.getTime() ?? 0)) > CHECKERS_LAST) checkers = undefined;
  return checkers ??= { at, chains: new ChainChecker(at), paths: new PathFinder(at) };
}

/** The set as the next run will see it. */
function asStored({ request }: IssueStep, issued: IssuedCertificate, now: Date): StoredSet {
  const texts = Object.fromEntries(
    PARTS.map((part) => [part, { kind: "present", value: issued.text(part) }]),
  ) as Record<Part, Presence<string>>;
  const set = checkSet(texts, request, checkersAt(now), (part) => texts[part]);
  // The parsed certificate of the set lacks names of rare kinds.
  const { certificate } = issued;
  return {
    ...set,
    issuedAt: issued.issuedAt,
    leaf: { kind: "present", value: { kind: "certificate", certificate } },
  };
}
