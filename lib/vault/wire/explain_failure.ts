/** Failed connections and requests in plain words. */
import type { Limits } from "../access/server_access.ts";
import { formatTime } from "../../text/format_time.ts";
import { socketPath } from "../../text/socket_path.ts";
import { NotSentError, VaultError } from "../errors.ts";
import { explainSocket } from "./socket_failure.ts";

const CLOCK_FIX = "renew it on the server or, if the time is wrong, set this host's clock";

const CA_FIX = "give the server one with basicConstraints=CA:FALSE";

/**
 * The messages of an error and its causes. From Deno 2.9 on, the reason of a failed `fetch` is in
 * the cause.
 */
export function wholeText(error: unknown): string {
  const said: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) said.push(at.message);
  return said.length > 0 ? said.join(": ") : String(error);
}

/** Whether another CA file could make the certificate of the server acceptable. */
export function isUntrusted({ cause }: VaultError): boolean {
  return /UnknownIssuer|BadSignature|CaUsedAsEndEntity/.test(wholeText(cause));
}

/**
 * Explains a failed connection or request.
 *
 * @param proxied It went through a proxy, whose failures look like those of the server.
 * @param now By the clock of this host, which decides whether the certificate is valid.
 */
export function explainFailure(
  address: string,
  error: unknown,
  limits: Limits,
  proxied = false,
  now = new Date(),
): VaultError {
  if (error instanceof VaultError) return error;
  const lost = !(error instanceof NotSentError);
  const reason = lost ? error : error.cause;
  const text = wholeText(reason);
  // The message of the runtime would show the token.
  if (/header value|ByteString|header content/i.test(text)) {
    return new VaultError("The token cannot be sent: it contains a character that is not allowed");
  }
  const socket = socketPath(address);
  if (!lost && socket !== undefined) return explainSocket(address, socket, reason);
  const failed = (message: string) => new VaultError(message, { cause: reason });
  const retryable = (message: string) =>
    new VaultError(message, { cause: reason, retryable: true, lost });
  if (reason instanceof DOMException && reason.name === "TimeoutError") {
    const seconds = limits.answer / 1000;
    const within = seconds >= 1 ? Math.round(seconds) : Math.ceil(seconds * 100) / 100;
    const behind = socket === undefined
      ? ""
      : "; see the log of the agent or proxy, which may be waiting for its server";
    const message = `No answer from "${address}" within ${within} s${behind}`;
    return new VaultError(message, { cause: reason, lost: true });
  }
  if (/invalid peer certificate/.test(text)) {
    const said = text.replace(/^.*invalid peer certificate: /s, "");
    const why = /UnknownIssuer|BadSignature/.test(said)
      ? 'its issuer is not trusted; set "vault_ssl_verify" (or VAULT_CACERT) to the CA file'
      : /not valid for name|NotValidForName/i.test(said)
      ? 'it is for another name; use a name from it in the address, or set "tls_server_name"'
      : /KeyNotProved/.test(said)
      ? "the server does not prove that it has the key of that certificate, so something else " +
        "answers at this address; check the address, and what it resolves to"
      : /CaUsedAsEndEntity/.test(said)
      ? `it is a CA certificate; ${CA_FIX}, or, if it is self-signed, name it itself as the CA file ` +
        "(without a proxy and a client certificate)"
      : /expired/i.test(said)
      ? `it has expired (this host's clock says ${formatTime(now)}); ${CLOCK_FIX}`
      : /not valid yet|NotValidYet/i.test(said)
      ? `it is not valid yet (this host's clock says ${formatTime(now)}); ${CLOCK_FIX}`
      : said;
    return failed(`Cannot verify the TLS certificate of "${address}": ${why}`);
  }
  if (/no TLS 1\.3 with what was offered/.test(text)) {
    return failed(
      `Cannot verify the TLS certificate of "${address}": it is a CA certificate, which is accepted ` +
        "only over TLS 1.3 with AES-128-GCM, X25519 or P-256, and with a key of RSA, P-256, P-384 " +
        `or Ed25519; ${CA_FIX}, or allow these`,
    );
  }
  if (/CertificateRequired by a CA/.test(text)) {
    return failed(
      `"${address}" asks for a client certificate, which VCM cannot send to a server whose own ` +
        `certificate is a CA certificate; ${CA_FIX}`,
    );
  }
  if (/InvalidContentType|corrupt message/.test(text)) {
    return failed(`"${address}" does not speak TLS; is it an "http://" address?`);
  }
  const short = text.replace(/ \(os error.*/s, "").replace(/^.*client error \(\w+\): /s, "");
  if (/CertificateRequired/.test(text)) {
    return failed(`"${address}" asks for a client certificate; set "client_cert" and "client_key"`);
  }
  if (proxied && /refused|tunnel|proxy/i.test(text)) {
    return retryable(
      `Cannot talk to "${address}" through the proxy from the environment: ${short}; check that ` +
        "proxy",
    );
  }
  if (/failed to lookup|ENOTFOUND|Name or service not known/.test(text)) {
    return retryable(
      `Cannot resolve the host of "${address}"; check the name, and DNS on this host`,
    );
  }
  if (/refused/i.test(text)) {
    return retryable(`Cannot connect to "${address}": connection refused; is the server running?`);
  }
  return retryable(`Cannot talk to "${address}": ${short}`);
}
