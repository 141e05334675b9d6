/** Rewrites files of a stored set, because not every program loads them. */
import { rewriteSet } from "../store/rewrite_set.ts";
import { storedDirectory } from "../store/store_paths.ts";
import { plainCause } from "../text/plain_cause.ts";
import type { Emit } from "./events.ts";

/**
 * @param record Records pending actions of services that read the store. May throw.
 * @returns Whether all files were written. Never throws.
 */
export async function rewrite(
  certificate: string,
  certStore: string,
  record: () => Promise<void>,
  emit: Emit,
): Promise<boolean> {
  try {
    await record();
    const files = (await rewriteSet(certStore, certificate)).map((part) => `${part}.pem`);
    const detail = `rewrote ${files.join(", ")} in the store: the same content, in a form that ` +
      "every program loads";
    emit({ kind: "recovered", certificate, detail });
    return true;
  } catch (error) {
    const directory = storedDirectory(certStore, certificate);
    const message = `Cannot rewrite the files in "${directory}": ${plainCause(error)}`;
    emit({ kind: "failed", step: "recover", subject: certificate, message });
    return false;
  }
}
