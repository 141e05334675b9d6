import type { File } from "../schema.ts";
import type { Note } from "./note.ts";

/** Of the file's top level. */
export const FILE_NOTES: Readonly<Record<keyof File, Note>> = {
  config: {
    means: "What holds for all certificates.",
    example: { pki: "pki_internal", role: "internal-service" },
  },
  certs: {
    means: "The certificates of this host, one entry each.",
    example: [{ name: "web.example.com" }],
  },
};
