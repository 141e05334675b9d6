/** Shape of what `vcm init` prints. */
import { WHATS } from "../../../certificate/types.ts";
import type {
  FirstCertificate,
  FoundCertificate,
  InitDocument,
} from "../../../report/documents.ts";
import { layout } from "./others.ts";
import { always, FLAG, type Keys, list, map, maybe, MODE, TEXT, TEXTS, words } from "./shape.ts";

const CERTIFICATE: Keys<FirstCertificate> = {
  name: always("Its name in the file.", TEXT),
  commonName: maybe("Its common name, where that is another.", TEXT),
  dnsSans: always("DNS names beside its name.", TEXTS),
  ipSans: always("IP addresses.", TEXTS),
  targets: always(
    "Files that are deployed.",
    list(map<FirstCertificate["targets"][number]>({
      what: always("What the file holds.", words(WHATS)),
      path: always("Where it goes.", TEXT),
      mode: maybe("Its mode, where the file says one.", MODE),
    })),
  ),
  services: always("Units that load it.", TEXTS),
};

export const INIT = map<InitDocument>({
  layout,
  file: always("The file that was written, or would be.", TEXT),
  certificates: always("The certificates in it.", list(map<FirstCertificate>(CERTIFICATE))),
  found: always(
    "Certificates that web servers use.",
    list(map<FoundCertificate>({
      ...CERTIFICATE,
      at: always("Where it was found, as `FILE:LINE`.", TEXTS),
      remarks: always("What to know of it, for people.", TEXTS),
      taken: always("Whether it is in the file.", FLAG),
    })),
  ),
  notes: always(
    "What was left out.",
    list(map<InitDocument["notes"][number]>({
      at: always("Where it stands, as `FILE:LINE`.", TEXT),
      message: always("Why it was left out, for people.", TEXT),
    })),
  ),
  text: maybe("Text of the file, where it was not written.", TEXT),
});
