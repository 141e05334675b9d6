/** Requests to one server, bounded in time and size. */
import type { Limits, VaultAccess } from "./access.ts";
import { BODY_LIMIT, tooLong } from "./body_limit.ts";
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

/** A transport that verifies the server, or, where it must not, one that does not. */
export async function openTransport(access: VaultAccess, address: string): Promise<Transport> {
  if (access.authorities === undefined && address.startsWith("https:")) {
    const { UnverifiedTransport } = await import("./unverified_transport.ts");
    return new UnverifiedTransport(access.limits.answer);
  }
  try {
    return new FetchTransport(access.authorities ?? [], access.limits.answer);
  } catch (error) {
    throw new VaultError(
      'One of the CA certificates cannot be used; give a file of your own by "vault_ssl_verify"',
      { cause: error },
    );
  }
}

class FetchTransport implements Transport {
  readonly #client: Deno.HttpClient;
  readonly #limit: number;

  constructor(authorities: readonly string[], limit: number) {
    this.#limit = limit;
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
      signal: AbortSignal.timeout(this.#limit),
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

/**
 * Connects to a server once, to learn early and in plain words that it cannot be reached.
 *
 * Throws VaultError.
 */
export async function probe(address: string, limits: Limits): Promise<void> {
  const url = new URL(address);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const connecting = Deno.connect({ hostname, port });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), limits.connect);
  });
  try {
    const connection = await Promise.race([connecting, late]);
    if (connection === "late") {
      // Whatever comes of it later is nobody's business any more.
      connecting.then((late) => late.close(), () => {});
      throw new VaultError(
        `No connection to "${address}" within ${limits.connect / 1000} s; ` +
          "is the address right, and does a firewall let this host through?",
      );
    }
    connection.close();
  } catch (error) {
    throw error instanceof VaultError ? error : explainFailure(address, error, limits);
  } finally {
    clearTimeout(timer);
  }
}

/** What an error and its causes say: from Deno 2.9 on, `fetch` says what is wrong in the cause. */
function wholeText(error: unknown): string {
  const said: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) said.push(at.message);
  return said.length > 0 ? said.join(": ") : String(error);
}

/** A failed connection or request in plain words. */
export function explainFailure(address: string, error: unknown, limits: Limits): VaultError {
  if (error instanceof VaultError) return error;
  const text = wholeText(error);
  // This error of the runtime would show the token.
  if (/header value|ByteString|header content/i.test(text)) {
    return new VaultError("The token cannot be sent: it holds a character that none may hold");
  }
  const cause = { cause: error };
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new VaultError(`No answer from "${address}" within ${limits.answer / 1000} s`, cause);
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
