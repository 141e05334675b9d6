/** The notes on all keys. A key without one, or one without a key, does not compile. */
import { AUTH_NOTES } from "./auth.ts";
import { CERTIFICATE_NOTES } from "./certificate.ts";
import { DEFAULTS_NOTES, DEPLOY_DEFAULTS_NOTES, SERVICE_DEFAULTS_NOTES } from "./defaults.ts";
import { FILE_NOTES } from "./file.ts";
import { PROBE_NOTES } from "./probe.ts";
import { SERVICE_NOTES } from "./service.ts";
import { SETTINGS_NOTES } from "./settings.ts";
import { TARGET_NOTES } from "./target.ts";

/** By the key that a map stands under, below `defaults` with that; `file` is the whole. */
export const NOTES = {
  file: FILE_NOTES,
  config: SETTINGS_NOTES,
  auth: AUTH_NOTES,
  certs: CERTIFICATE_NOTES,
  deploy: TARGET_NOTES,
  service: SERVICE_NOTES,
  probe: PROBE_NOTES,
  defaults: DEFAULTS_NOTES,
  "defaults.deploy": DEPLOY_DEFAULTS_NOTES,
  "defaults.service": SERVICE_DEFAULTS_NOTES,
};

/** Names a kind of map. */
export type MapName = keyof typeof NOTES;

/** The kind of map that stands under a key of another. */
export function mapBelow(map: MapName, key: string): MapName {
  return (map === "defaults" ? `defaults.${key}` : key) as MapName;
}
