/** The way to the server, for commands that need it. */
import type { Emit } from "../apply/events.ts";
import type { AccessOrder } from "../apply/session_once.ts";
import type { Config } from "../config/types.ts";
import { resolveAccess } from "../vault/access.ts";
import type { Host } from "./host.ts";

/** Never throws: what is missing is said by those who need it. */
export function findAccess(config: Config, host: Host, emit: Emit): AccessOrder {
  try {
    const access = resolveAccess(config.vault, host);
    if (access.tls.authorities === undefined) {
      const message = `its TLS certificate is not verified (${access.tls.unverifiedBy}); whoever ` +
        "is between this host and it can read tokens and keys";
      emit({ kind: "warning", subject: access.addresses.join(", "), message });
    }
    return access;
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
