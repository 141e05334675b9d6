/** A CA, and what a server on the loopback address shows for TLS. */
import { createDemoCa } from "../../../lib/tools/demo/demo_ca.ts";
import type { Identity } from "./scripted_server.ts";

export interface Identified {
  readonly caPem: string;
  readonly identity: Identity;
}

/** A certificate for the loopback address, or for another name, signed by a new CA. */
export async function makeIdentity(
  name = "localhost",
  ipSans = ["127.0.0.1"],
  now = new Date(),
  days = 30,
): Promise<Identified> {
  const { root } = await createDemoCa(now);
  const leaf = await root.issue({
    commonName: name,
    dnsSans: [name],
    ipSans,
    now,
    notAfter: new Date(now.getTime() + days * 86_400_000),
    keyFormat: "pkcs8",
  });
  return { caPem: root.certificate, identity: { cert: leaf.certificate, key: leaf.privateKey } };
}
