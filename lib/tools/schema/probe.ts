import { DEFAULT_PROBE_TIMEOUT } from "../../config/defaults.ts";
import { formatDuration } from "../../text/duration.ts";
import type { ProbeEntry } from "../../config/schema.ts";
import type { KeyDoc } from "./note.ts";

/** Of what stands under `probe`, where it is a map. */
export const PROBE_DOCS: Readonly<Record<keyof ProbeEntry, KeyDoc>> = {
  connect: {
    means: "Where it serves.",
    example: "127.0.0.1:25",
  },
  servername: {
    means: "Name to ask for.",
    otherwise: "the certificate's first that one host can have",
    example: "mail.example.com",
  },
  starttls: {
    means: "Protocol that begins in plain text.",
    otherwise: "TLS at once",
    example: "smtp",
  },
  timeout: {
    means: "For one look, and for the new certificate to be served after an action.",
    default: formatDuration(DEFAULT_PROBE_TIMEOUT),
    example: "1m",
  },
};
