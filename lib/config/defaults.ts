/** What holds where the file is silent. */
import type { CombinedOrder, RenewalWindow } from "../certificate/types.ts";
import type { Control, KeyOrigin, KeyType } from "./types.ts";

/** The store, unless `cert_store` names another. */
export const DEFAULT_CERT_STORE = "/var/lib/vcm/certs";

/** A third of the lifetime, as is usual among ACME clients. */
export const DEFAULT_RENEW: RenewalWindow = { kind: "share", percent: 100 / 3 };

/** Starts nothing that was stopped, and restarts only what cannot reload (systemctl(1)). */
export const DEFAULT_CONTROL: Control = "try-reload-or-restart";

/** What policies allow that were written for `pki/issue`. */
export const DEFAULT_KEY_ORIGIN: KeyOrigin = "vault";

/** For a key that is made on this host: small, fast, and known to every peer of today. */
export const DEFAULT_KEY_TYPE: KeyType = "ec-256";

/** Seconds; systemd gives a job 90 s by default (DefaultTimeoutStartSec) to end in some way. */
export const DEFAULT_SERVICE_TIMEOUT = 120;

/** Seconds in which a service has to serve the new certificate after it acted. */
export const DEFAULT_PROBE_TIMEOUT = 30;

/** The signal for "load your files anew" that most daemons know. */
export const DEFAULT_SIGNAL = "HUP";

/** As HAProxy's manual has it: `cat cert.pem key.pem`. */
export const DEFAULT_COMBINED_ORDER: CombinedOrder = "cert-first";

/** Where a service stands among the others, unless `order` says. */
export const DEFAULT_ORDER = 0;
