/** `vcm rollback`: a run whose certificate comes from the archive of the store, not from the server. */
import { type Arguments, UsageError } from "../command/parse_arguments.ts";
import type { Host } from "../command/host.ts";
import { loadFor, narrow } from "../command/load.ts";
import { sayOnErr } from "../command/log_line.ts";
import { requireAnswers } from "../command/results.ts";
import type { CertificateSpec } from "../config/types.ts";
import { findManagers } from "../observe/find_managers.ts";
import { EVERYTHING } from "../plan/selection.ts";
import { restorePlan } from "../plan/restore.ts";
import { archiveJson } from "../report/json.ts";
import { EXIT_FAILED, EXIT_OK } from "../report/exit_status.ts";
import { takeLock } from "../store/lock.ts";
import {
  type ArchivedSet,
  chooseArchived,
  describeArchived,
  findArchived,
} from "./archived_sets.ts";
import { planRun } from "./make_plan.ts";
import { finishRun } from "./run.ts";

/** Throws ConfigError, UsageError, LockedError, StoreError or Error in plain words. */
export async function rollbackCommand(args: Arguments, host: Host): Promise<number> {
  const loaded = await findManagers(await loadFor(args, host));
  const [name, time, more] = args.names;
  if (name === undefined || more !== undefined) {
    throw new UsageError('"vcm rollback" needs the name of a certificate, and a time', "rollback");
  }
  const own = { ...args, names: [name] };
  const [spec] = narrow(loaded.certificates, loaded, own) as [CertificateSpec];
  const find = () => findArchived(loaded, spec, host.now());
  if (time === undefined) {
    host.giveUp("write", "net", "run");
    return list(await find(), spec, args, host);
  }
  // Probes would write TLS secrets to that file.
  if (host.env("SSLKEYLOGFILE")) {
    (await import("../command/find_access.ts")).refuseKeyLog(loaded, host);
  }
  requireAnswers(args, host, "the name of a certificate");
  const asked = chooseArchived(await find(), name, time);
  const question = `Roll back "${name}" to the set of ${time} (${describeArchived(asked)})? The ` +
    "set that is in the store now is archived.";
  // The question comes before the lock, which must not wait for an answer.
  if (!args.yes && !host.ask(question)) {
    sayOnErr(args, host, "error", `${name}: Not rolled back: the answer was no`);
    return EXIT_FAILED;
  }
  const say = (text: string) => {
    if (!args.quiet) sayOnErr(args, host, "info", text);
  };
  using _lock = await takeLock(loaded.certStore, say, args.wait);
  const began = performance.now();
  const sets = await find();
  const { path, outlook = "" } = chooseArchived(sets, name, time);
  const { config, made } = await planRun(loaded, own, host, { ...EVERYTHING, force: true });
  const restored = restorePlan(made, { path, outlook, keep: sets.length + 1 });
  return await finishRun(config, restored, undefined, args, host, began);
}

function list(
  sets: readonly ArchivedSet[],
  { name }: CertificateSpec,
  args: Arguments,
  host: Host,
): number {
  if (args.json) host.out(archiveJson(name, sets));
  else if (sets.length === 0) {
    host.out(`No set of "${name}" is in the archive; "keep" keeps earlier ones\n`);
  } else for (const set of sets) host.out(`${set.time}  ${describeArchived(set)}\n`);
  return EXIT_OK;
}
