/** Finds revocations that are not finished. Reads the store only. */
import type { CertificateSpec, Config } from "../../config/types.ts";
import { readDirectory } from "../../host/read.ts";
import { observeRevocations } from "../../observe/revocations.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { lockFile, namesBeingRevoked } from "../../store/store_paths.ts";
import { nameOf } from "../../text/path.ts";
import { shellWord } from "../../text/quote.ts";

export function examineRevocations(
  config: Config,
  specs: readonly CertificateSpec[],
): CheckResult[] {
  const listing = readDirectory(config.certStore, [nameOf(lockFile(config.certStore))]);
  if (listing.kind === "absent") return [];
  if (listing.kind === "unreadable") return [found("warning", "store", listing.problem)];
  const { ofFile, removed } = observeRevocations(config, namesBeingRevoked(listing.value));
  const all = specs === config.certificates;
  return [
    ...specs.flatMap(({ name }): CheckResult[] => {
      const revocation = ofFile.get(name);
      if (revocation === undefined || revocation.kind === "absent") return [];
      return revocation.kind === "present"
        ? [unfinished(name, revocation.value.serial)]
        : [found("problem", name, revocation.problem)];
    }),
    ...(all ? removed.map(({ name, revocation }) => unfinished(name, revocation.serial)) : []),
  ];
}

function unfinished(name: string, serial: string): CheckResult {
  return found(
    "problem",
    name,
    `the revocation of serial ${serial} is not finished`,
    `run "vcm run" or "vcm revoke ${shellWord(name)}" to finish it`,
  );
}
