import assert from "node:assert/strict";
import { APACHE_PLACES, scanApache } from "../../../../lib/tools/init/apache.ts";
import { parseApache } from "../../../../lib/tools/init/apache_syntax.ts";
import type { Gathered } from "../../../../lib/tools/init/types.ts";
import {
  APACHE_CONF,
  APACHE_DEFAULT_SSL,
  APACHE_PORTS,
  siteReader,
} from "../../../support/fixtures_web_servers.ts";
import { pureTest } from "../../../support/pure_test.ts";

/** What the Apache of a file says. */
function scan(
  files: Readonly<Record<string, string>>,
  file = "/etc/apache2/apache2.conf",
): Gathered {
  const place = APACHE_PLACES.find((place) => place.file === file);
  assert.ok(place);
  return scanApache(place, siteReader(files));
}

/** Debian's, with some sites. */
function debian(sites: Readonly<Record<string, string>>): Gathered {
  return scan({
    "/etc/apache2/apache2.conf": APACHE_CONF,
    "/etc/apache2/ports.conf": APACHE_PORTS,
    ...Object.fromEntries(
      Object.entries(sites).map(([name, text]) => [`/etc/apache2/sites-enabled/${name}`, text]),
    ),
  });
}

/** Uses in short: place, names and files. */
function short({ uses }: Gathered): string[] {
  return uses.map(({ at, names, files }) =>
    `${at.replace("/etc/apache2/sites-enabled/", "")} ${names.join(" ")}: ` +
    files.map(({ kind, path }) => `${kind} ${path}`).join(", ")
  );
}

pureTest("Apache: Debian's default-ssl.conf has a pair and no name", () => {
  const found = debian({ "default-ssl.conf": APACHE_DEFAULT_SSL });
  assert.deepEqual(short(found), [
    "default-ssl.conf:13 : fullchain /etc/ssl/certs/ssl-cert-snakeoil.pem, " +
    "privkey /etc/ssl/private/ssl-cert-snakeoil.key",
  ]);
  assert.deepEqual(found.notes, []);
  assert.deepEqual(found.uses[0]?.program, {
    name: "Apache",
    unit: "apache2.service",
    validate: ["apache2ctl", "configtest"],
  });
});

pureTest("Apache: names lose scheme and port; a chain file is a separate target", () => {
  const found = debian({
    "a.conf": `<IfModule mod_ssl.c>
<virtualhost 10.0.0.1:443 [2001:db8::1]:443>
  servername https://a.test:443
  ServerAlias b.test *.c.test
  ServerAlias "d.test"
  SSLEngine On
  SSLCertificateFile "/etc/ssl/a b.crt"
  SSLCertificateChainFile \\
    ssl/chain.crt
  SSLCertificateKeyFile ssl/a.key
</virtualhost>
</IfModule>
`,
  });
  assert.deepEqual(short(found), [
    "a.conf:7 a.test b.test *.c.test d.test: cert /etc/ssl/a b.crt, " +
    "chain /etc/apache2/ssl/chain.crt, privkey /etc/apache2/ssl/a.key",
  ]);
});

pureTest("Apache: a key in the same file, named or not, makes it a combined one", () => {
  const found = debian({
    "a.conf": "<VirtualHost *>\nServerName a.test\nSSLCertificateFile /a.pem\n</VirtualHost>\n" +
      "<VirtualHost *>\nServerName b.test\nSSLCertificateFile /b.pem\n" +
      "SSLCertificateKeyFile /b.pem\n</VirtualHost>\n",
  });
  assert.deepEqual(short(found), [
    "a.conf:3 a.test: combined /a.pem",
    "a.conf:7 b.test: combined /b.pem",
  ]);
});

pureTest("Apache: a host with TLS and no certificate has that of the whole server", () => {
  const found = debian({
    "a.conf": `SSLCertificateFile /c
SSLCertificateKeyFile /k
<VirtualHost *:443>
  ServerName a.test
  SSLEngine on
</VirtualHost>
<VirtualHost *:80>
  ServerName b.test
</VirtualHost>
`,
  });
  assert.deepEqual(short(found), ["a.conf:1 a.test: fullchain /c, privkey /k"]);
});

pureTest("Apache: Red Hat's directory has its ServerRoot, unit and program", () => {
  const found = scan({
    "/etc/httpd/conf/httpd.conf": 'ServerRoot "/etc/httpd"\nIncludeOptional conf.d/*.conf\n',
    "/etc/httpd/conf.d/ssl.conf": `<VirtualHost _default_:443>
SSLEngine on
SSLCertificateFile /etc/pki/tls/certs/localhost.crt
SSLCertificateKeyFile /etc/pki/tls/private/localhost.key
</VirtualHost>
`,
  }, "/etc/httpd/conf/httpd.conf");
  assert.deepEqual(short(found), [
    "/etc/httpd/conf.d/ssl.conf:3 : fullchain /etc/pki/tls/certs/localhost.crt, " +
    "privkey /etc/pki/tls/private/localhost.key",
  ]);
  assert.deepEqual(found.uses[0]?.program, {
    name: "Apache",
    unit: "httpd.service",
    validate: ["apachectl", "configtest"],
  });
});

pureTest("Apache: what cannot be told is noted", () => {
  const found = debian({
    "a.conf": "<VirtualHost *>\nSSLCertificateFile ${CERTS}/a.crt\n</VirtualHost>\n" +
      "<VirtualHost *>\nSSLCertificateFile /b\nSSLCertificateKeyFile pkcs11:object=b\n" +
      "</VirtualHost>\nInclude missing.conf\n",
    "b.conf": "<VirtualHost *>\n",
    "c.conf": "<VirtualHost *>\n</Directory>\n",
  });
  assert.deepEqual(short(found), []);
  assert.deepEqual(
    found.notes.map(({ at, message }) =>
      `${at}: ${message}`.replace("/etc/apache2/sites-enabled/", "")
    ),
    [
      'a.conf:8: includes "missing.conf", which does not exist',
      "b.conf: cannot be read: line 1: the section is not closed",
      'c.conf: cannot be read: line 2: "</" does not close the section that is open',
      'a.conf:2: SSLCertificateFile "${CERTS}/a.crt" contains a variable of the server',
      'a.conf:5: SSLCertificateKeyFile "pkcs11:object=b" is not a file',
    ],
  );
});

pureTest("Apache: lines are joined, quotes hold blanks, comments are none", () => {
  const [first, section] = parseApache(
    '# no \\\n# directive\nLogFormat "%h \\"x\\"" \\\n  one\n<FilesMatch "\\.(php)$">\n</FilesMatch>\n',
    "/f",
  );
  assert.deepEqual(first, { name: "logformat", args: ['%h "x"', "one"], at: "/f:3" });
  assert.deepEqual(section, { name: "filesmatch", args: ["\\.(php)$"], at: "/f:5", block: [] });
});
