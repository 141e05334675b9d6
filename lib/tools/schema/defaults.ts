import type { Defaults } from "../../config/schema.ts";
import type { KeyDoc } from "./note.ts";
import { SERVICE_DOCS } from "./service.ts";
import { TARGET_DOCS } from "./target.ts";

/** Of what stands under `defaults`. */
export const DEFAULTS_DOCS: Readonly<Record<keyof Defaults, KeyDoc>> = {
  deploy: {
    means: "What holds for entries of `deploy` that do not say it.",
    example: { owner: "root", group: "ssl-cert", mode: "0640" },
  },
  service: {
    means: "What holds for entries of `service` that do not say it.",
    example: { control: "reload", timeout: "5m" },
  },
};

const { owner, group, mode, create_dirs, order } = TARGET_DOCS;

/** Of `defaults.deploy`: the same as of the entries. */
export const DEPLOY_DEFAULTS_DOCS: Readonly<
  Record<keyof NonNullable<Defaults["deploy"]>, KeyDoc>
> = { owner, group, mode, create_dirs, order };

const { control, timeout, window } = SERVICE_DOCS;

/** Of `defaults.service`. */
export const SERVICE_DEFAULTS_DOCS: Readonly<
  Record<keyof NonNullable<Defaults["service"]>, KeyDoc>
> = { control, timeout, window };
