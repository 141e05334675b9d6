import assert from "node:assert/strict";
import { scanNginx } from "../../../../lib/tools/init/nginx.ts";
import type { Gathered } from "../../../../lib/tools/init/types.ts";
import {
  CERTBOT_SITE,
  NGINX_CONF,
  NGINX_DEFAULT_SITE,
  siteReader,
} from "../../../support/fixtures_web_servers.ts";
import { pureTest } from "../../../support/pure_test.ts";

/** What Debian's nginx says with some more files. */
function scan(files: Readonly<Record<string, string>>): Gathered {
  const all = {
    "/etc/nginx/nginx.conf": NGINX_CONF,
    "/etc/nginx/mime.types": "types {\n  text/html html htm;\n}\n",
    "/etc/nginx/sites-enabled/default": NGINX_DEFAULT_SITE,
    ...files,
  };
  return scanNginx("/etc/nginx/nginx.conf", siteReader(all));
}

/** Uses in short: place, names and files. */
function short({ uses }: Gathered): string[] {
  return uses.map(({ at, names, files }) => {
    const parts = files.map(({ kind, path, doubt }) => `${kind}${doubt ? "?" : ""} ${path}`);
    return `${at} ${names.join(" ")}: ${parts.join(", ")}`;
  });
}

/** `http` with some servers. */
function http(text: string): Record<string, string> {
  return { "/etc/nginx/nginx.conf": `http {\n${text}\n}\n` };
}

pureTest("nginx: Debian's default site has no certificate", () => {
  assert.deepEqual(scan({}), { uses: [], notes: [] });
});

pureTest("nginx: a site of certbot is found by its include, with names and files", () => {
  const found = scan({
    "/etc/nginx/sites-enabled/www": CERTBOT_SITE,
    "/etc/letsencrypt/options-ssl-nginx.conf": "ssl_session_tickets off;\n",
  });
  const live = "/etc/letsencrypt/live/www.example.com";
  assert.deepEqual(short(found), [
    `/etc/nginx/sites-enabled/www:6 www.example.com: fullchain ${live}/fullchain.pem, ` +
    `privkey ${live}/privkey.pem`,
  ]);
  assert.deepEqual(found.uses[0]?.program, {
    name: "nginx",
    unit: "nginx.service",
    validate: ["nginx", "-t"],
  });
  assert.deepEqual(found.notes, []);
});

pureTest("nginx: paths begin at the directory of nginx.conf, also in what is included", () => {
  const found = scan({
    "/etc/nginx/conf.d/a.conf":
      `server { server_name a.test b.test; include "snippets/tls.conf"; listen 443 ssl; }`,
    "/etc/nginx/conf.d/a.conf.bak": "server { ssl_certificate x; ssl_certificate_key y; }",
    "/etc/nginx/snippets/tls.conf":
      `ssl_certificate ssl/a.crt;\nssl_certificate_key '../nginx/ssl/a b.key';\n`,
  });
  assert.deepEqual(short(found), [
    "/etc/nginx/snippets/tls.conf:1 a.test b.test: fullchain /etc/nginx/ssl/a.crt, " +
    "privkey /etc/nginx/ssl/a b.key",
  ]);
});

pureTest("nginx: a server with TLS has the certificate of the blocks around it", () => {
  const found = scan(http(`ssl_certificate /c; ssl_certificate_key /k;
server { listen 443 ssl; server_name a.test; }
server { listen 80; server_name b.test; }
server { ssl on; server_name c.test; }
server { listen 443 quic; server_name d.test; ssl_certificate /d; ssl_certificate_key /e; }`));
  assert.deepEqual(short(found), [
    "/etc/nginx/nginx.conf:2 a.test: fullchain /c, privkey /k",
    "/etc/nginx/nginx.conf:2 c.test: fullchain /c, privkey /k",
    "/etc/nginx/nginx.conf:6 d.test: fullchain /d, privkey /e",
  ]);
});

pureTest("nginx: several certificates of a server go with the keys in their order", () => {
  const found = scan(http(`server { server_name a.test;
ssl_certificate /rsa.crt; ssl_certificate_key /rsa.key;
ssl_certificate /ec.pem; ssl_certificate_key /ec.pem; ssl_trusted_certificate /ca.pem; }`));
  assert.deepEqual(short(found), [
    "/etc/nginx/nginx.conf:3 a.test: fullchain /rsa.crt, privkey /rsa.key, chain? /ca.pem",
    "/etc/nginx/nginx.conf:4 a.test: combined /ec.pem, chain? /ca.pem",
  ]);
});

pureTest("nginx: streams and mail have servers, too; upstreams have none", () => {
  const server = (name: string) =>
    `server { server_name ${name}; ssl_certificate /${name}; ssl_certificate_key /${name}.key; }`;
  const text = `stream { upstream x { server 10.0.0.1:443; } ${server("s")} } mail { ${
    server("m")
  } }`;
  assert.deepEqual(short(scan({ "/etc/nginx/nginx.conf": text })), [
    "/etc/nginx/nginx.conf:1 s: fullchain /s, privkey /s.key",
    "/etc/nginx/nginx.conf:1 m: fullchain /m, privkey /m.key",
  ]);
});

pureTest("nginx: what cannot be told is noted, and the rest is found", () => {
  const found = scan({
    "/etc/nginx/conf.d/1.conf": "server { ssl_certificate /$ssl_server_name.crt; " +
      "ssl_certificate_key /$ssl_server_name.key; }\n" +
      "server { ssl_certificate /c.crt; ssl_certificate_key engine:pkcs11:web; }\n" +
      "server { ssl_certificate data:$pem; ssl_certificate_key /k; }\n" +
      "server { ssl_certificate /alone.crt; }\n",
    "/etc/nginx/conf.d/2.conf": "server {",
    "/etc/nginx/conf.d/3.conf": "include $x/*.conf; include conf.d/3.conf;",
    "/etc/nginx/conf.d/4.conf": "server { ssl_certificate /4.crt; ssl_certificate_key /4.key; }",
    "/etc/nginx/sites-enabled/gone": "include missing.conf;",
  });
  assert.deepEqual(short(found), ["/etc/nginx/conf.d/4.conf:1 : fullchain /4.crt, privkey /4.key"]);
  const notes = found.notes.map(({ at, message }) => `${at}: ${message}`);
  assert.deepEqual(notes.map((note) => note.replace(/^\/etc\/nginx\/conf\.d\//, "")), [
    '2.conf: cannot be read: line 1: "{" is not closed',
    '3.conf:1: includes "$x/*.conf", which contains a variable of the server',
    '3.conf:1: includes "/etc/nginx/conf.d/3.conf", which includes this file',
    '1.conf:1: ssl_certificate "/$ssl_server_name.crt" contains a variable of the server',
    '1.conf:2: ssl_certificate_key "engine:pkcs11:web" is not a file',
    '1.conf:3: ssl_certificate "data:$pem" contains a variable of the server',
    "1.conf:4: ssl_certificate has no matching ssl_certificate_key",
  ]);
});
