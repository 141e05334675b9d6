/** Answers of the PKI engine, made by a demo CA, to be damaged by tests. */
import { createDemoCa, type Leaf } from "../../../lib/tools/demo/demo_ca.ts";
import type { CertificateRequest } from "../../../lib/plan/types.ts";
import { PLAIN } from "../../support/fixtures.ts";
import type { VaultSession } from "../../../lib/vault/session/session.ts";

export const REQUEST: CertificateRequest = {
  ...PLAIN,
  mount: "pki",
  role: "web",
  commonName: "web.example.test",
  dnsSans: ["api.example.test"],
  ipSans: ["10.1.1.20"],
};

export const CA = await createDemoCa(new Date());

/** What the engine signs for a request, by default what was asked for. */
export function sign(
  issuer: keyof typeof CA,
  change: Partial<CertificateRequest> = {},
): Promise<Leaf> {
  const { commonName, dnsSans, ipSans } = { ...REQUEST, ...change };
  return CA[issuer].issue({
    commonName,
    dnsSans: [commonName, ...dnsSans],
    ipSans,
    now: new Date(),
    notAfter: new Date(Date.now() + 86_400_000),
    keyFormat: "sec1",
  });
}

/** The data of an answer to REQUEST, PEM without a newline at its end as servers give it. */
export async function answerData(
  issuer: keyof typeof CA = "intermediate",
  change: Partial<CertificateRequest> = {},
): Promise<Record<string, unknown>> {
  const leaf = await sign(issuer, change);
  return {
    certificate: leaf.certificate,
    private_key: leaf.privateKey,
    private_key_type: "ec",
    issuing_ca: CA[issuer].certificate,
    ca_chain: CA[issuer].chain,
    serial_number: leaf.serialNumber,
  };
}

/** A session whose server gives the same data to whatever is written. `written` keeps it as sent. */
export function sessionGiving(
  data: Readonly<Record<string, unknown>>,
  warnings: readonly string[] = [],
  serverTime?: Date,
): VaultSession & { readonly written: [string, unknown][] } {
  const written: [string, unknown][] = [];
  const address = "https://vault.test";
  return {
    loginMethod: "the test",
    clean: String,
    written,
    write: (path, body) => {
      written.push([path, JSON.parse(JSON.stringify(body))]);
      return Promise.resolve({ address, serverTime, data, auth: {}, warnings });
    },
    read: () => Promise.reject(new Error("nothing to read")),
    close: () => Promise.resolve(),
  };
}
