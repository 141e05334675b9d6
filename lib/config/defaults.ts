/** What holds where the file is silent. */
import type { Control, RenewalWindow } from "./types.ts";

export const DEFAULT_CERT_STORE = "/var/lib/vcm/certs";

/** A third of the lifetime, as is usual among ACME clients. */
export const DEFAULT_RENEW: RenewalWindow = { kind: "share", percent: 100 / 3 };

/** Starts nothing that was stopped, and restarts only what cannot reload (systemctl(1)). */
export const DEFAULT_CONTROL: Control = "try-reload-or-restart";

export const DEFAULT_ORDER = 0;
