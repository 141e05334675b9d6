/** The notes on all keys. A key without one, or one without a key, does not compile. */
import { AUTH_NOTES } from "./auth.ts";
import { CERTIFICATE_NOTES } from "./certificate.ts";
import { FILE_NOTES } from "./file.ts";
import { PROBE_NOTES } from "./probe.ts";
import { SERVICE_NOTES } from "./service.ts";
import { SETTINGS_NOTES } from "./settings.ts";
import { TARGET_NOTES } from "./target.ts";

/** By the key that a map stands under; `file` is the whole. */
export const NOTES = {
  file: FILE_NOTES,
  config: SETTINGS_NOTES,
  auth: AUTH_NOTES,
  certs: CERTIFICATE_NOTES,
  deploy: TARGET_NOTES,
  service: SERVICE_NOTES,
  probe: PROBE_NOTES,
};

/** Names a kind of map by the key that it stands under. */
export type MapName = keyof typeof NOTES;
