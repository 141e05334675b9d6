/** The steps of one certificate, once it is judged. */
import { octal } from "../text/octal.ts";
import { replacedFile, temporaryFile } from "../store/store_paths.ts";
import type { CertificateSpec } from "../config/types.ts";
import { strayDirectories } from "./bundle.ts";
import { targetStep } from "./drift.ts";
import { loadedUntil } from "./stored_validity.ts";
import { OWN_WRITER, type WriterChoice } from "./choose_writer.ts";
import { requestFor } from "./request.ts";
import type { CertificateObservation } from "../observe/types.ts";
import type { DeployStep, Drift, Due, IssueStep, Step } from "./types.ts";
import type { Replaced } from "../store/types.ts";

/** @param unjudged What is put back. */
export function recoverStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  writers: readonly WriterChoice[],
  pendingValidation: readonly Replaced[],
): Step | undefined {
  const found = observed.targets.flatMap(({ path, leftover, replaced }, at) => {
    const writer = writers[at] ?? OWN_WRITER;
    const paths = [
      ...(leftover ? [temporaryFile(path)] : []),
      // Where it is noted what is unjudged, the old file is needed.
      ...(replaced && observed.pendingValidation.length === 0 ? [replacedFile(path)] : []),
    ];
    return writer.kind === "refused" ? [] : paths.map((path) => ({ path, writer }));
  });
  const leftovers = found.map(({ path }) => path).concat(strayDirectories(observed, writers));
  const byUsers = found.flatMap(({ path, writer }) =>
    writer.kind === "user" ? [{ path, by: writer.by }] : []
  );
  const { interrupted, exposedKey } = observed;
  const left = interrupted || leftovers.length > 0;
  if (!left && pendingValidation.length === 0 && exposedKey === undefined) return undefined;
  const detail = [
    ...(left ? ["an interrupted run left temporary files"] : []),
    ...(pendingValidation.length > 0
      ? ["an interrupted run left files that no service has validated"]
      : []),
    ...(exposedKey === undefined
      ? []
      : [`every user can open privkey.pem in the store (mode ${octal(exposedKey)})`]),
  ].join("; ");
  return {
    kind: "recover",
    certificate: observed.name,
    store: interrupted,
    ...(spec.keep > 0 && { keep: spec.keep }),
    pendingValidation,
    leftovers,
    ...(byUsers.length > 0 && { byUsers }),
    detail,
    closeKey: exposedKey !== undefined,
  };
}

export function issueStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
): IssueStep {
  const direct = spec.targets.length === 0 ? spec.services.map(({ id }) => id) : [];
  const inUseUntil = direct.length === 0 ? undefined : loadedUntil(observed);
  return {
    kind: "issue",
    certificate: spec.name,
    due,
    request: requestFor(spec),
    ...(spec.keep > 0 && { keep: spec.keep }),
    renew: spec.renew,
    spread: spec.spread,
    services: direct,
    ...(inUseUntil !== undefined && { inUseUntil }),
  };
}

/** What a deploy step hangs on beside its targets. */
export interface Deployment {
  /** The store's set may be deployed if no new one is issued. */
  readonly whole: boolean;
  /** Services that judge new files. */
  readonly judging: ReadonlySet<string>;
  /** By whose hand each target is written. */
  readonly writers: readonly WriterChoice[];
}

export function deployStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  drifts: readonly (readonly Drift[])[],
  { whole, judging, writers }: Deployment,
): DeployStep | undefined {
  const targets = spec.targets.flatMap((target, at) => {
    const [seen, drift, writer = OWN_WRITER] = [observed.targets[at], drifts[at], writers[at]];
    return seen === undefined || drift === undefined || drift.length === 0 ||
        writer.kind === "refused"
      ? []
      : targetStep(target, seen, drift, writer);
  });
  if (targets.length === 0) return undefined;
  const inUseUntil = loadedUntil(observed);
  return {
    kind: "deploy",
    certificate: spec.name,
    storedSetUsable: whole,
    targets,
    services: spec.services.map(({ id }) => id),
    ...(inUseUntil !== undefined && { inUseUntil }),
    revocable: spec.services.some(({ id }) => judging.has(id)),
  };
}
