/** Any configuration of a web server: what `vcm init` makes of it is a file without a mistake. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig } from "../../../lib/config/parse.ts";
import { propose, shareChains } from "../../../lib/tools/init/propose.ts";
import { scanSite } from "../../../lib/tools/init/scan.ts";
import type { CertificateUse, Program } from "../../../lib/tools/init/types.ts";
import { usedPath } from "../../../lib/tools/init/used_path.ts";
import { firstFile } from "../../../lib/tools/init/first_file.ts";
import {
  APACHE_CONF,
  APACHE_DEFAULT_SSL,
  CERTBOT_SITE,
  HAPROXY_CFG,
  NGINX_CONF,
  siteReader,
} from "../../support/fixtures_web_servers.ts";
import { anyText, anyValue, damaged } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const SERVER = { vault: "https://vault.test:8200", pki: "pki", role: "web" };
const PROGRAM: Program = { name: "nginx", unit: "nginx.service", validate: ["nginx", "-t"] };
const BIND = "frontend www\n  bind :443 ssl crt a.pem crt '/b c.pem' crt-list /list alpn h2\n";

const nginx = fc.oneof(
  damaged(CERTBOT_SITE, CERTBOT_SITE.replaceAll("/etc/letsencrypt/live/", "ssl/")),
  anyText,
);
const site = fc.record({
  "/etc/nginx/nginx.conf": fc.oneof(fc.constant(NGINX_CONF), damaged(NGINX_CONF)),
  "/etc/nginx/sites-enabled/a": nginx,
  "/etc/nginx/sites-enabled/b": nginx,
  "/etc/apache2/apache2.conf": fc.oneof(fc.constant(APACHE_CONF), damaged(APACHE_CONF)),
  "/etc/apache2/sites-enabled/a.conf": fc.oneof(
    damaged(APACHE_DEFAULT_SSL, APACHE_DEFAULT_SSL.replace("Admin", "Name").replace("@", ".")),
    anyText,
  ),
  "/etc/haproxy/haproxy.cfg": fc.oneof(damaged(HAPROXY_CFG + BIND), anyText),
  "/list": fc.oneof(damaged("/x.pem [alpn h2] a.test !b.test\ny.pem *.c.test\n"), anyText),
});

async function makesFile(files: Readonly<Record<string, string>>): Promise<void> {
  const { proposals, notes } = scanSite(siteReader(files), "/etc/vcm/vcm.yaml");
  const kept = shareChains(proposals);
  const config = await parseConfig(firstFile(SERVER, kept, notes), "f");
  assert.equal(config.certificates.length, proposals.length);
}

const path = fc.oneof(anyValue.map((text) => `/${text}`), fc.constantFrom("/a", "/b", "/a b: #c"))
  .map((text) => usedPath(text, "/"))
  .filter((path): path is string => typeof path === "string");
const kind = fc.constantFrom("fullchain", "privkey", "cert", "chain", "combined");
const use: fc.Arbitrary<CertificateUse> = fc.record({
  program: fc.constant(PROGRAM),
  at: anyText,
  names: fc.array(fc.oneof(anyValue, fc.domain(), fc.constantFrom("a.test", "*.a.test", "::1"))),
  certificate: path,
  files: fc.array(fc.record({ kind, path } as const), { maxLength: 3 }),
}).map((made) => ({
  ...made,
  files: [{ kind: "fullchain", path: made.certificate } as const, ...made.files],
}));

async function holdsEach(uses: CertificateUse[]): Promise<void> {
  const { proposals, notes } = propose({ uses, notes: [] }, {
    certificate: () => "cannot be read",
    mode: (path) => path.length * 0o111,
    real: (path) => path,
  });
  const kept = shareChains(proposals);
  const config = await parseConfig(firstFile(SERVER, kept, notes), "f");
  const written = kept.map(({ name, commonName, dnsSans, ipSans, files }) => [
    ...[name, commonName ?? name, dnsSans, ipSans],
    files.filter(({ doubt }) => doubt === undefined).map(({ path }) => path),
  ]);
  const read = config.certificates.map(({ name, commonName, dnsSans, ipSans, targets }) => [
    ...[name, commonName, dnsSans, ipSans],
    targets.map(({ path }) => path),
  ]);
  assert.deepEqual(read, written);
}

export const WEB_SERVERS = [
  fuzz("any web server's files make a valid first file", site, makesFile),
  fuzz("a first file says what was found, whatever that is", fc.array(use), holdsEach),
];
