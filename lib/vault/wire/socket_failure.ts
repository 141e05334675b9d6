/** Why a request to a Unix domain socket was not sent. */
import { causeAndFix, errorCode } from "../../text/plain_cause.ts";
import { VaultError } from "../errors.ts";

/** @param path Of the socket in the address. */
export function explainSocket(address: string, path: string, reason: unknown): VaultError {
  const failed = (why: string, retryable: boolean) =>
    new VaultError(`Cannot connect to "${address}": ${why}`, { cause: reason, retryable });
  switch (errorCode(reason)) {
    case "ENOENT":
      return failed(
        "there is no such socket; start the agent or proxy that listens there, or correct the path",
        true,
      );
    case "ECONNREFUSED":
      return failed("no process listens on this socket; start the agent or proxy", true);
    case "EAGAIN":
      return failed("its queue of connections is full; the agent or proxy is busy", true);
    default:
      return failed(causeAndFix(reason, path), false);
  }
}
