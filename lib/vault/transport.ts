/** Requests to one server, bounded in time and size. */
import type { VaultAccess } from "./access.ts";
import { VaultError } from "./errors.ts";

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly location?: string;
  readonly body: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Transport {
  send(request: HttpRequest): Promise<RawAnswer>;
  close(): void;
}

/** Milliseconds until a connection must stand, and until an answer must be there. */
export const CONNECT_LIMIT = 10_000;
/** RSA keys of 4096 bits are made by the server while we wait. */
export const ANSWER_LIMIT = 60_000;
/** An answer of the PKI engine has a few KiB; whatever sends more is something else. */
export const BODY_LIMIT = 1_048_576;

/** A transport that verifies the server, or, where it must not, one that does not. */
export async function openTransport(access: VaultAccess, address: string): Promise<Transport> {
  if (access.authorities === undefined && address.startsWith("https:")) {
    const { UnverifiedTransport } = await import("./unverified_transport.ts");
    return new UnverifiedTransport();
  }
  try {
    return new FetchTransport(access.authorities ?? []);
  } catch (error) {
    throw new VaultError(
      'One of the CA certificates cannot be used; give a file of your own by "vault_ssl_verify"',
      { cause: error },
    );
  }
}

class FetchTransport implements Transport {
  readonly #client: Deno.HttpClient;

  constructor(authorities: readonly string[]) {
    this.#client = Deno.createHttpClient({ caCerts: [...authorities] });
  }

  async send(request: HttpRequest): Promise<RawAnswer> {
    const { method, url, headers, body } = request;
    const response = await fetch(url, {
      client: this.#client,
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      // A redirect to another host would take the token along.
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_LIMIT),
    });
    const location = response.headers.get("location");
    return {
      status: response.status,
      ...(location === null ? {} : { location }),
      body: await readBounded(response, url),
    };
  }

  close(): void {
    this.#client.close();
  }
}

async function readBounded(response: Response, url: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > BODY_LIMIT) throw tooLong(url);
    parts.push(part);
  }
  return await new Blob(parts as BlobPart[]).text();
}

/** The error for an answer that goes on beyond BODY_LIMIT. */
export function tooLong(url: string): VaultError {
  return new VaultError(
    `The answer of "${new URL(url).origin}" is longer than ${BODY_LIMIT / 1024} KiB; ` +
      "is this a Vault server?",
  );
}

/**
 * Connects to a server once, to learn early and in plain words that it cannot be reached.
 *
 * Throws VaultError.
 */
export async function probe(address: string): Promise<void> {
  const url = new URL(address);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const connecting = Deno.connect({ hostname, port });
  let timer: number | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), CONNECT_LIMIT);
  });
  try {
    const connection = await Promise.race([connecting, late]);
    if (connection === "late") {
      // Whatever comes of it later is nobody's business any more.
      connecting.then((late) => late.close(), () => {});
      throw new VaultError(
        `No connection to "${address}" within ${CONNECT_LIMIT / 1000} s; ` +
          "is the address right, and does a firewall let this host through?",
      );
    }
    connection.close();
  } catch (error) {
    throw error instanceof VaultError ? error : explainFailure(address, error);
  } finally {
    clearTimeout(timer);
  }
}

/** A failed connection or request in plain words. */
export function explainFailure(address: string, error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  const text = error instanceof Error ? error.message : String(error);
  // This error of the runtime would show the token.
  if (/header value|ByteString|header content/i.test(text)) {
    return new VaultError("The token cannot be sent: it holds a character that none may hold");
  }
  const cause = { cause: error };
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new VaultError(`No answer from "${address}" within ${ANSWER_LIMIT / 1000} s`, cause);
  }
  if (/invalid peer certificate/.test(text)) {
    const why = /UnknownIssuer|BadSignature/.test(text)
      ? 'its issuer is not trusted; set "vault_ssl_verify" (or VAULT_CACERT) to the CA file'
      : /not valid for name|NotValidForName/i.test(text)
      ? "it is for another name; use the name that stands in it"
      : /expired/i.test(text)
      ? "it has expired"
      : text.replace(/^.*invalid peer certificate: /s, "");
    return new VaultError(`Cannot verify the TLS certificate of "${address}": ${why}`, cause);
  }
  if (/InvalidContentType|corrupt message/.test(text)) {
    return new VaultError(`"${address}" does not speak TLS; should it be "http://"?`, cause);
  }
  if (/failed to lookup|ENOTFOUND|Name or service not known/.test(text)) {
    return new VaultError(`Cannot find the host of "${address}"; is the name right?`, cause);
  }
  if (/refused/i.test(text)) {
    return new VaultError(
      `Cannot connect to "${address}": connection refused; is the server running?`,
      cause,
    );
  }
  const short = text.replace(/ \(os error.*/s, "").replace(/^.*client error \(\w+\): /s, "");
  return new VaultError(`Cannot talk to "${address}": ${short}`, cause);
}
