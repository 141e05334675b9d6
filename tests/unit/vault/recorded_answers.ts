/**
 * Answers of real servers to be scripted, as OpenBao 2.6.2 and HashiCorp Vault 1.14.1 gave them;
 * `recorded.ts` has all of them whole. Tokens and keys in them are not the recorded ones, which were
 * never kept.
 */
import type { Scripted } from "./scripted_server.ts";

/** A server's release, and its answers where the two differ. */
export interface Recorded {
  readonly release: string;
  readonly wrongSecret: Scripted & { readonly status: number };
  /** What it says about the wrong secret id. */
  readonly wrongSecretText: string;
}

export const RECORDED: readonly Recorded[] = [
  {
    release: "OpenBao 2.6.2",
    wrongSecret: { status: 400, body: { errors: ["invalid role or secret ID"] } },
    wrongSecretText: "invalid role or secret ID",
  },
  {
    release: "Vault 1.14.1",
    wrongSecret: { status: 400, body: { errors: ["invalid secret id"] } },
    wrongSecretText: "invalid secret id",
  },
];

/** In these both say the same, byte for byte. */
export const SEALED = { status: 503, body: { errors: ["Vault is sealed"] } };
export const BAD_TOKEN = { status: 403, body: { errors: ["permission denied"] } };
export const FORBIDDEN = {
  status: 403,
  body: { errors: ["1 error occurred:\n\t* permission denied\n\n"] },
};
export const UNKNOWN_ROLE = { status: 400, body: { errors: ["unknown role: nosuch"] } };
export const DENIED_NAME = {
  status: 400,
  body: { errors: ["common name www.example.test not allowed by this role"] },
};

export function noHandler(path: string): Scripted {
  const text = `no handler for route "${path}". route entry not found.`;
  return { status: 404, body: { errors: [text] } };
}

/** The answer to an AppRole login. */
export function login(token: string): Scripted {
  return {
    body: {
      request_id: "1a168f5c-2c4c-1dca-5c0e-eb4a8123d558",
      lease_id: "",
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
      warnings: null,
      auth: {
        client_token: token,
        accessor: "accessor",
        policies: ["certs", "default"],
        token_policies: ["certs", "default"],
        metadata: { role_name: "tool" },
        lease_duration: 1200,
        renewable: true,
        entity_id: "eb5eb717-1104-e71b-89f7-e9e7e36bcf90",
        token_type: "service",
        unclaimed: true,
        mfa_requirement: null,
        num_uses: 0,
      },
    },
  };
}

/** The envelope of an answer of the PKI engine. */
export function enveloped(data: unknown, warnings: readonly string[] | null = null): Scripted {
  return {
    body: {
      request_id: "ff677633-a6e8-ee4f-d6ce-5d8146763f85",
      lease_id: "",
      renewable: false,
      lease_duration: 0,
      data,
      wrap_info: null,
      warnings,
      auth: null,
    },
  };
}
