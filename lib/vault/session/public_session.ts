/** Requests without a token, for what the server tells everybody. */
import type { ServerAccess } from "../access/server_access.ts";
import { VaultError } from "../errors.ts";
import { errorsOf, plainLine, readAnswer, type VaultAnswer } from "../wire/answer.ts";
import { isForeign } from "../wire/foreign_answer.ts";
import type { Clock } from "../wire/clock.ts";
import type { RawAnswer } from "../wire/transport.ts";
import { Servers } from "../wire/servers.ts";

export class PublicSession {
  readonly #namespace: string | undefined;
  readonly #servers: Servers;

  constructor(access: ServerAccess, clock: Clock) {
    this.#namespace = access.namespace;
    this.#servers = new Servers(access, clean, clock);
  }

  /** Reads an API path, or lists what is below it. Throws VaultError. */
  async read(path: string, method: "GET" | "LIST" = "GET"): Promise<VaultAnswer> {
    const headers = {
      "x-vault-request": "true",
      ...(this.#namespace !== undefined && { "x-vault-namespace": this.#namespace }),
    };
    const { address, answer } = await this.#servers.send({ method, path, headers });
    if (answer.status >= 400) refuseUnknown(address, path, answer);
    return readAnswer(address, path, answer, clean, "read");
  }

  close(): Promise<void> {
    return this.#servers.close();
  }
}

/** Throws VaultError if there is no such mount or issuer. Without a token, no policy is the cause. */
function refuseUnknown(address: string, path: string, answer: RawAnswer): void {
  const said = errorsOf(answer, clean);
  const { status } = answer;
  const noIssuer = /unable to find PKI issuer/.test(said);
  const noMount = [403, 404].includes(status) && !/namespace not found/.test(said);
  if (isForeign(answer) || !(noIssuer || noMount)) return;
  const [, mount = path] = /^(.+)\/issuers?(?:\/[^/]+\/\w+)?$/.exec(path) ?? [];
  const fix = noIssuer
    ? `to see its issuers: bao list ${mount}/issuers`
    : `check that "${mount}" is the path of a PKI secrets engine in this namespace`;
  throw new VaultError(`"${address}" refused "${path}" (${status}: ${said}); ${fix}`, { status });
}

/** There are no secrets to remove. */
function clean(text: string): string {
  return plainLine(text, []);
}
