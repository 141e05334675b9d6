/** Reads what a server answered: its parts when it is content, else an error in plain words. */
import { VaultError } from "./errors.ts";
import type { RawAnswer } from "./transport.ts";

/** Takes out of a server's text what must reach no terminal and no log. */
export type Clean = (text: string) => string;

/** What a call answers when the server is content. */
export interface VaultAnswer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly auth: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** The error for a server that cannot work now. */
export function notReady(address: string, status: number): VaultError {
  return new VaultError(`"${address}" is sealed or not ready (${status}); unseal it first`, {
    status,
  });
}

/** The parts of a good answer; throws VaultError for any other. */
export function readAnswer(
  address: string,
  path: string,
  answer: RawAnswer,
  clean: Clean,
): VaultAnswer {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    throw new VaultError(
      `"${address}" redirects to "${clean(answer.location ?? "nowhere")}"; ` +
        'give the address of the active server under "vault"',
      { status },
    );
  }
  if (status >= 400) throw explainRefusal(address, path, answer, clean);
  const body = parseObject(answer.body);
  if (body === undefined) {
    throw new VaultError(
      `"${address}" answered "${path}" with something that is no JSON (${status}); ` +
        "is this a Vault server, or a proxy before it?",
    );
  }
  return {
    data: asObject(body["data"]),
    auth: asObject(body["auth"]),
    warnings: Array.isArray(body["warnings"])
      ? body["warnings"].map((warning) => clean(String(warning)))
      : [],
  };
}

/** Statuses as in the Vault API's "HTTP status codes". */
function explainRefusal(
  address: string,
  path: string,
  answer: RawAnswer,
  clean: Clean,
): VaultError {
  const { status } = answer;
  const said = errorsOf(answer, clean);
  const mount = path.split("/").slice(0, -2).join("/");
  if (status === 403) {
    return new VaultError(
      `"${address}" denied "update" on "${path}" (403: ${said}); the token is wrong or has ` +
        `expired, no engine is mounted at "${mount}", or the policy lacks: ` +
        `path "${path}" { capabilities = ["update"] }`,
      { status },
    );
  }
  if (status === 404) {
    return new VaultError(
      `"${address}" has nothing at "${path}" (404: ${said}); is "pki: ${mount}" the path of a ` +
        "PKI secrets engine?",
      { status },
    );
  }
  if (status === 503) return notReady(address, status);
  if (/HTTP request (?:was sent )?to an HTTPS server/i.test(answer.body)) {
    return new VaultError(`"${address}" speaks TLS; should it be "https://"?`, { status });
  }
  return new VaultError(`"${address}" refused "${path}" (${status}: ${said})`, { status });
}

/** The reasons that Vault gives, on one line. */
export function errorsOf(answer: RawAnswer, clean: Clean): string {
  const errors = parseObject(answer.body)?.["errors"];
  const lines = Array.isArray(errors) ? errors.map(String) : [];
  const text = clean(lines.join("; "));
  return text === "" ? "no reason given" : text;
}

/** The object that a text of JSON is, if it is one. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? asObject(value) : undefined;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}
