/** The message about a revoked certificate: where its files and copies of its key are. */
import type { Host } from "../../command/host.ts";
import { holdsKey } from "../../config/format.ts";
import type { Config } from "../../config/types.ts";
import { isArchived, replacedFile } from "../../store/store_paths.ts";
import type { Revocation } from "./candidates.ts";

/** @param archive Where its files are, if known. */
export function describeRevoked(
  revocation: Revocation,
  archive: string | undefined,
  config: Config,
  host: Host,
): string {
  const { spec, successor, pending: { serial, forgetKey } } = revocation;
  const isOurs = archive !== undefined && isArchived(config.certStore, archive);
  const copies = forgetKey && successor === undefined ? keyCopies(revocation, host) : [];
  const parts = [
    `revoked, serial ${serial}`,
    ...(archive === undefined
      ? []
      : [`its files are in "${archive}"${forgetKey && isOurs ? ", without the private key" : ""}`]),
    ...(forgetKey && archive !== undefined && !isOurs
      ? [
        "the set in the store was a symbolic link to that directory, so remove the private key from there yourself",
      ]
      : []),
    ...(copies.length === 0 ? [] : [`until the next run the key is still in ${copies.join(", ")}`]),
  ];
  if (spec === undefined) {
    parts.push(
      `"${config.file}" no longer contains it` +
        (forgetKey ? ", so remove copies of its key that were deployed" : ""),
    );
  } else if (successor !== undefined) {
    parts.push(`the store has another certificate, serial ${successor}, which is kept`);
  } else {
    const removes = isOurs && spec.keep === 0 ? " and removes these files" : "";
    parts.push(`the next run issues a new one${removes}`);
  }
  return parts.join("; ");
}

/** Deployed files with the key, and previous ones that are kept until services validate the new. */
function keyCopies({ spec }: Revocation, host: Host): string[] {
  return (spec?.targets ?? []).filter(({ what }) => holdsKey(what))
    .flatMap(({ what, path }) => [
      what === "bundle" ? `${path}/privkey.pem` : path,
      replacedFile(path),
    ])
    .filter((path) => host.exists(path)).map((path) => `"${path}"`);
}
