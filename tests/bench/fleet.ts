/** A configuration of many certificates, two targets each, with owners as a real one has them. */
import type { OpenBao } from "../support/openbao.ts";

/** Who owns the targets: the user of a web server, or whoever may not give files away. */
export const OWNER = Deno.uid() === 0 ? "www-data" : String(Deno.uid());

/** @param work Directory for store and targets. */
export async function writeFleet(
  file: string,
  work: string,
  bao: OpenBao,
  certificates: number,
): Promise<void> {
  const entries = Array.from({ length: certificates }, (_, at) =>
    `  - name: "web${at}.bench.test"
    ttl: "60d"
    renew: "10d"
    dns_sans: ["api${at}.bench.test"]
    ip_sans: ["10.1.1.20"]
    deploy:
      - cert: "${work}/targets/web${at}.crt"
        owner: "${OWNER}"
        mode: "0644"
        create_dirs: true
      - source: privkey
        dest: "${work}/targets/web${at}.key"
        owner: "${OWNER}"
        mode: "0600"
        create_dirs: true
`);
  const head = `config:
  vault: "${bao.address}"
  token_file: "${file}.token"
  pki: "pki"
  role: "web"
  cert_store: "${work}/store"
certs:
`;
  await Deno.writeTextFile(`${file}.token`, bao.token, { mode: 0o600 });
  await Deno.writeTextFile(file, head + entries.join(""), { mode: 0o600 });
}
