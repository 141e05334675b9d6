/** Finds revocations that are not finished. Reads the store only. */
import type { CertificateSpec, Config } from "../../config/types.ts";
import { readDirectory } from "../../host/read.ts";
import { observeRevocations } from "../../observe/revocations.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { lockFile, namesBeingRevoked } from "../../store/store_paths.ts";
import { nameOf } from "../../text/path.ts";
import { shellWord } from "../../text/quote.ts";
import { explained } from "./remedy.ts";

export function examineRevocations(
  config: Config,
  specs: readonly CertificateSpec[],
): CheckResult[] {
  const listing = readDirectory(config.certStore, [nameOf(lockFile(config.certStore))]);
  if (listing.kind === "absent") return [];
  if (listing.kind === "unreadable") {
    return [explained("warning", "store", listing.problem, look(config.certStore))];
  }
  const { ofFile, removed } = observeRevocations(config, namesBeingRevoked(listing.value));
  const all = specs === config.certificates;
  return [
    ...specs.flatMap(({ name }): CheckResult[] => {
      const revocation = ofFile.get(name);
      if (revocation === undefined || revocation.kind === "absent") return [];
      return revocation.kind === "present"
        ? [unfinished(name, revocation.value.serial)]
        : [explained("problem", name, revocation.problem, look(config.certStore))];
    }),
    ...(all ? removed.map(({ name, revocation }) => unfinished(name, revocation.serial)) : []),
  ];
}

function look(certStore: string): string {
  return `ls -la ${shellWord(certStore)}`;
}

function unfinished(name: string, serial: string): CheckResult {
  return found(
    "problem",
    name,
    `the revocation of serial ${serial} is not finished`,
    `run "vcm run", or: vcm revoke ${shellWord(name)}`,
  );
}
