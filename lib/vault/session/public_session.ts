/** Requests without a token, for what the server tells everybody. */
import type { ServerAccess } from "../access/server_access.ts";
import { plainLine, readAnswer, type VaultAnswer } from "../wire/answer.ts";
import type { Clock } from "../wire/clock.ts";
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
    return readAnswer(address, path, answer, clean, "read");
  }

  close(): Promise<void> {
    return this.#servers.close();
  }
}

/** There are no secrets to remove. */
function clean(text: string): string {
  return plainLine(text, []);
}
