/**
 * Recovers what an interrupted run left of a certificate, before any other step of it: the store, the
 * mode of its key, deployments that no service validated, and files beside targets.
 */
import * as fs from "node:fs";
import type { RecoverStep } from "../plan/types.ts";
import { forgetPendingValidation } from "../store/pending_validation.ts";
import { isVersionDirectory, pendingValidationFile, storedFile } from "../store/store_paths.ts";
import { finishSwitch } from "../store/write_set.ts";
import { directoryOf } from "../text/path.ts";
import { messageOf } from "../text/plain_cause.ts";
import { rollBackInterrupted } from "./rollback.ts";
import type { Emit } from "./events.ts";
import type { Writers } from "./writers/writers.ts";

/** Tells the listener what was recovered. Returns whether all was; never throws. */
export async function recover(
  step: RecoverStep,
  certStore: string,
  { writers, emit }: { readonly writers: Writers; readonly emit: Emit },
): Promise<boolean> {
  const { certificate, pendingValidation, store, closeKey } = step;
  const recovered = (detail: string) => emit({ kind: "recovered", certificate, detail });
  const failed = (message: string) =>
    emit({ kind: "failed", step: "recover", subject: certificate, message });
  try {
    if (store) {
      const notKept = finishSwitch(certStore, certificate, step.keep);
      // This stops nothing, but the archive lacks a set that the configuration asks to keep.
      if (notKept !== undefined) failed(notKept);
      else recovered("repaired the store after an interrupted run");
    }
    if (closeKey) {
      fs.chmodSync(storedFile(certStore, certificate, "privkey"), 0o600);
      recovered("set the mode of privkey.pem in the store to 0600");
    }
    if (pendingValidation.length > 0) {
      const record = pendingValidationFile(certStore, certificate);
      await rollBackInterrupted(pendingValidation, record, writers);
      forgetPendingValidation(certStore, certificate, emit);
      recovered(
        `rolled back ${pendingValidation.map(({ path }) => path).join(", ")}: an interrupted run ` +
          "deployed it, and no service had validated it",
      );
    }
    for (const path of step.leftovers) {
      await removeLeftover(path, step, writers);
      recovered(`removed "${path}", left by an interrupted run`);
    }
    return true;
  } catch (error) {
    failed(`Cannot recover (${step.detail}): ${messageOf(error)}`);
    return false;
  }
}

async function removeLeftover(
  path: string,
  { byUsers }: RecoverStep,
  writers: Writers,
): Promise<void> {
  const writer = writers.of(byUsers?.find((other) => other.path === path)?.by);
  if (isVersionDirectory(path)) (await import("./bundle.ts")).clearDirectory(path);
  else await writer({ do: "remove", path });
  await writer({ do: "sync", directory: directoryOf(path) });
}
