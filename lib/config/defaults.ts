/** What holds where the file is silent. */
import type { Control, RenewalWindow } from "./types.ts";

/** The store, unless `cert_store` names another. */
export const DEFAULT_CERT_STORE = "/var/lib/vcm/certs";

/** A third of the lifetime, as is usual among ACME clients. */
export const DEFAULT_RENEW: RenewalWindow = { kind: "share", percent: 100 / 3 };

/** Starts nothing that was stopped, and restarts only what cannot reload (systemctl(1)). */
export const DEFAULT_CONTROL: Control = "try-reload-or-restart";

/** Where a service stands among the others, unless `order` says. */
export const DEFAULT_ORDER = 0;
