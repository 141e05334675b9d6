/** What `vcm init` found and wrote, as data. */
import type { Proposal } from "./propose.ts";
import type { SiteNote } from "./types.ts";
import type { FirstCertificate, InitDocument } from "../../report/documents.ts";
import { document } from "../../report/json.ts";

export interface InitResult {
  readonly proposals: readonly Proposal[];
  readonly chosen: readonly Proposal[];
  readonly notes: readonly SiteNote[];
}

/** @param text Where it was not written. */
export function initJson(
  file: string,
  { proposals, chosen, notes }: InitResult,
  text: string | undefined,
): string {
  const found = proposals.map((proposal) => ({
    ...bare(proposal),
    at: proposal.at,
    remarks: proposal.remarks,
    taken: chosen.some(({ name }) => name === proposal.name),
  }));
  return document<InitDocument>({
    file,
    certificates: chosen.map(bare),
    found,
    notes,
    ...(text === undefined ? {} : { text }),
  });
}

function bare({ name, commonName, dnsSans, ipSans, files, programs }: Proposal): FirstCertificate {
  return {
    name,
    ...(commonName === undefined ? {} : { commonName }),
    dnsSans,
    ipSans,
    targets: files.filter(({ doubt }) => doubt === undefined)
      .map(({ what, path, mode }) => ({ what, path, ...(mode === undefined ? {} : { mode }) })),
    services: programs.map(({ unit }) => unit),
  };
}
