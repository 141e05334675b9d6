/** The practice Vault at such an address as a company's Vault has: `https://NAME:8200`. */
import { createDemoCa } from "../../lib/tools/demo/demo_ca.ts";
import { startDemoServer } from "../../lib/tools/demo/demo_server.ts";

export interface LocalVault extends AsyncDisposable {
  readonly address: string;
  /** A line for `/etc/hosts`. */
  readonly hostsLine: string;
  /** The authority behind its own TLS certificate. */
  readonly caPem: string;
  readonly token: string;
  /**
   * Sets its clock back, so that what it issues is that many milliseconds old. The oldest first:
   * its authority is as old as the first certificate.
   */
  setBack(age: number): void;
}

/** Where Vault listens if nothing else is said. */
const PORT = 8200;

/** Starts it on an address of this machine's own that no other server has. */
export async function startLocalVault(name: string): Promise<LocalVault> {
  let age = 0;
  const vault = await startDemoServer({ now: () => new Date(Date.now() - age) });
  const { caPem, ...pair } = await certificateFor(name);
  const hostname = ownAddress();
  const server = Deno.serve(
    { hostname, port: PORT, ...pair, onListen: () => {} },
    async ({ url, method, headers, body }) => {
      const { pathname } = new URL(url);
      return await fetch(`${vault.address}${pathname}`, { method, headers, body });
    },
  );
  return {
    address: `https://${name}:${PORT}`,
    hostsLine: `${hostname} ${name}\n`,
    caPem,
    token: vault.rootToken,
    setBack: (milliseconds) => {
      age = milliseconds;
    },
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await vault.close();
    },
  };
}

async function certificateFor(
  name: string,
): Promise<{ readonly cert: string; readonly key: string; readonly caPem: string }> {
  const now = new Date();
  const { root } = await createDemoCa(now);
  const leaf = await root.issue({
    commonName: name,
    dnsSans: [name],
    ipSans: [],
    now,
    notAfter: root.notAfter,
    keyFormat: "pkcs8",
  });
  return { cert: leaf.certificate, key: leaf.privateKey, caPem: root.certificate };
}

/** All of 127.0.0.0/8 is this machine (RFC 1122, 3.2.1.3); a Vault may listen on its first address. */
function ownAddress(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(3));
  return ["127", ...bytes.map((byte) => 1 + byte % 254)].join(".");
}
