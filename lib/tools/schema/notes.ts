/** The notes on all keys. A key without one, or one without a key, does not compile. */
import { AUTH_DOCS } from "./auth.ts";
import { CERTIFICATE_DOCS } from "./certificate.ts";
import { DEFAULTS_DOCS, DEPLOY_DEFAULTS_DOCS, SERVICE_DEFAULTS_DOCS } from "./defaults.ts";
import { FILE_DOCS } from "./file.ts";
import { PROBE_DOCS } from "./probe.ts";
import { SERVICE_DOCS } from "./service.ts";
import { SETTINGS_DOCS } from "./settings.ts";
import { TARGET_DOCS } from "./target.ts";

/** By the key that a map stands under, below `defaults` with that; `file` is the whole. */
export const KEY_DOCS = {
  file: FILE_DOCS,
  config: SETTINGS_DOCS,
  auth: AUTH_DOCS,
  certs: CERTIFICATE_DOCS,
  deploy: TARGET_DOCS,
  service: SERVICE_DOCS,
  probe: PROBE_DOCS,
  defaults: DEFAULTS_DOCS,
  "defaults.deploy": DEPLOY_DEFAULTS_DOCS,
  "defaults.service": SERVICE_DEFAULTS_DOCS,
};

/** Names a kind of map. */
export type MapName = keyof typeof KEY_DOCS;

/** The kind of map that stands under a key of another. */
export function mapBelow(map: MapName, key: string): MapName {
  return (map === "defaults" ? `defaults.${key}` : key) as MapName;
}
