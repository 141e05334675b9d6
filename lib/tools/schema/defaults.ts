import type { Defaults } from "../../config/schema.ts";
import type { Note } from "./note.ts";
import { SERVICE_NOTES } from "./service.ts";
import { TARGET_NOTES } from "./target.ts";

/** Of what stands under `defaults`. */
export const DEFAULTS_NOTES: Readonly<Record<keyof Defaults, Note>> = {
  deploy: {
    means: "What holds for entries of `deploy` that do not say it.",
    example: { owner: "root", group: "ssl-cert", mode: "0640" },
  },
  service: {
    means: "What holds for entries of `service` that do not say it.",
    example: { control: "reload", timeout: "5m" },
  },
};

const { owner, group, mode, create_dirs, order } = TARGET_NOTES;

/** Of `defaults.deploy`: the same as of the entries. */
export const DEPLOY_DEFAULTS_NOTES: Readonly<
  Record<keyof NonNullable<Defaults["deploy"]>, Note>
> = { owner, group, mode, create_dirs, order };

const { control, timeout, window } = SERVICE_NOTES;

/** Of `defaults.service`. */
export const SERVICE_DEFAULTS_NOTES: Readonly<
  Record<keyof NonNullable<Defaults["service"]>, Note>
> = { control, timeout, window };
