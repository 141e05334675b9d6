/** consul-template, which many use in VCM's place: `-once` with a template for each certificate. */
import { runQuietly } from "../../scripts/command.ts";
import type { OpenBao } from "../support/openbao.ts";
import { fetchOnce, type Part } from "../support/part.ts";

const VERSION = "0.41.1";

/** Builds it from its Go module, whose checksum Go verifies; returns the path of the program. */
export function fetchConsulTemplate(): Promise<Part> {
  const name = `consul-template-${VERSION}`;
  return fetchOnce(name, async (work) => {
    const module = `github.com/hashicorp/consul-template@v${VERSION}`;
    await runQuietly(["go", "install", module], { cwd: work, env: { GOBIN: work } });
    await Deno.rename(`${work}/consul-template`, `${work}/${name}`);
  });
}

/**
 * Writes a configuration for the certificates of `writeFleet()`.
 *
 * `pkiCert` keeps a certificate that its destination has, if the key is there, too. So that file has
 * both, and the certificate goes to a second one by `writeToFile`, as the documentation shows it.
 */
export async function writeTemplates(
  file: string,
  targets: string,
  bao: OpenBao,
  certificates: number,
  user: string,
): Promise<void> {
  const template = Array.from({ length: certificates }, (_, at) => {
    const order = [
      `common_name=web${at}.bench.test`,
      `alt_names=api${at}.bench.test`,
      "ip_sans=10.1.1.20",
      "ttl=60d",
    ].map((word) => `"${word}"`).join(" ");
    const crt = `"${targets}/web${at}.crt" "${user}" "" "0644"`;
    return {
      contents: `{{ with pkiCert "pki/issue/web" ${order} }}{{ .Cert }}{{ .Key }}` +
        `{{ .Cert | writeToFile ${crt} }}{{ end }}`,
      destination: `${targets}/web${at}.key`,
      perms: "0600",
      user,
    };
  });
  const vault = { address: bao.address, token: bao.token, renew_token: false };
  await Deno.writeTextFile(file, JSON.stringify({ log_level: "err", vault, template }), {
    mode: 0o600,
  });
}
