import type { File } from "../../config/schema.ts";
import type { KeyDoc } from "./note.ts";

/** Of the file's top level. */
export const FILE_DOCS: Readonly<Record<keyof File, KeyDoc>> = {
  config: {
    means: "What holds for all certificates.",
    example: { pki: "pki_internal", role: "internal-service" },
  },
  certs: {
    means: "The certificates of this host, one entry each; not needed beside `include`.",
    example: [{ name: "web.example.com" }],
  },
  include: {
    means:
      "Files with further certificates: paths, or patterns with `*` in their last part, from " +
      "the directory of this file.",
    example: "conf.d/*.yaml",
  },
  defaults: {
    means: "What holds for entries of `deploy` and `service` that do not say it.",
    example: { deploy: { owner: "root" }, service: { control: "reload" } },
  },
};
