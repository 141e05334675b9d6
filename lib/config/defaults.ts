/** Default values of configuration keys. */
import type { CombinedOrder, RenewalWindow } from "../certificate/types.ts";
import type { Control, KeyOrigin, KeyType, TlsTrust } from "./types.ts";

export const DEFAULT_TRUST: TlsTrust = { kind: "system" };

export const DEFAULT_CERT_STORE = "/var/lib/vcm/certs";

/** A third of the lifetime, as is usual for ACME clients. */
export const DEFAULT_RENEW: RenewalWindow = { kind: "share", percent: 100 / 3 };

/** Does not start a stopped unit, and restarts only units that cannot reload (systemctl(1)). */
export const DEFAULT_CONTROL: Control = "try-reload-or-restart";

/** Works with policies that were written for `pki/issue`. */
export const DEFAULT_KEY_ORIGIN: KeyOrigin = "vault";

/** Seconds: all at once. */
export const DEFAULT_REISSUE_WITHIN = 0;

/** For local keys: small, fast, and supported by every current peer. */
export const DEFAULT_KEY_TYPE: KeyType = "ec-256";

/** Seconds; longer than systemd's 90 s for a job (DefaultTimeoutStartSec). */
export const DEFAULT_SERVICE_TIMEOUT = 120;

/** Seconds for which a service must stay up after its action. */
export const DEFAULT_SETTLE = 2;

/** Seconds until a service must serve the new certificate after its action. */
export const DEFAULT_PROBE_TIMEOUT = 30;

/** Seconds, as in `VAULT_CLIENT_TIMEOUT`: the server may need long to make an RSA key of 4096 bits. */
export const DEFAULT_TIMEOUT = 60;

/** Seconds; the next run of a timer that fires every hour goes on with what is left. */
export const DEFAULT_MAX_RUN = 3_600;

/** The signal by which most daemons reload their files. */
export const DEFAULT_SIGNAL = "HUP";

/** As in HAProxy's manual: `cat cert.pem key.pem`. */
export const DEFAULT_COMBINED_ORDER: CombinedOrder = "cert-first";

export const DEFAULT_ORDER = 0;

/** Seconds; a rotation of a root takes days at least. */
export const DEFAULT_REFRESH = 86_400;
