import assert from "node:assert/strict";
import { parseHaproxy, scanHaproxy } from "../../../../lib/tools/init/haproxy.ts";
import type { Gathered } from "../../../../lib/tools/init/types.ts";
import { HAPROXY_CFG, siteReader } from "../../../support/fixtures_web_servers.ts";
import { pureTest } from "../../../support/pure_test.ts";

const FILE = "/etc/haproxy/haproxy.cfg";

/** What HAProxy says with some lines in a frontend, and more files. */
function scan(
  lines: string,
  files: Readonly<Record<string, string>> = {},
  head = HAPROXY_CFG,
): Gathered {
  const text = `${head}frontend www\n${lines}\n`;
  return scanHaproxy(FILE, siteReader({ [FILE]: text, ...files }));
}

/** Uses in short: place, names and files. */
function short({ uses }: Gathered): string[] {
  return uses.map(({ at, names, files }) =>
    `${at.replace(/^.*\//, "")} ${names.join(" ")}: ` +
    files.map(({ kind, path }) => `${kind} ${path}`).join(", ")
  );
}

pureTest("HAProxy: Debian's haproxy.cfg has no certificate", () => {
  assert.deepEqual(scan("bind *:80"), { uses: [], notes: [] });
});

pureTest("HAProxy: each crt of a bind line is a combined file, below crt-base", () => {
  const found = scan(
    "bind :443 ssl crt web.pem crt /etc/haproxy/my\\ site.pem alpn h2 # crt x.pem",
  );
  assert.deepEqual(short(found), [
    "haproxy.cfg:19 : combined /etc/ssl/private/web.pem",
    "haproxy.cfg:19 : combined /etc/haproxy/my site.pem",
  ]);
  assert.deepEqual(found.uses[0]?.program, {
    name: "HAProxy",
    unit: "haproxy.service",
    validate: ["haproxy", "-c", "-f", FILE],
  });
});

pureTest("HAProxy: a certificate that it shows to servers behind it is not its own", () => {
  assert.deepEqual(short(scan("server s1 10.0.0.1:443 ssl crt /client.pem")), []);
});

pureTest("HAProxy: a key beside a file without one is a separate target", () => {
  const pem = "-----BEGIN CERTIFICATE-----\n";
  const found = scan("bind :443 ssl crt /a.pem crt /b.pem", {
    "/a.pem": pem,
    "/a.pem.key": "",
    "/b.pem": `${pem}-----BEGIN PRIVATE KEY-----\n`,
    "/b.pem.key": "",
  });
  assert.deepEqual(short(found), [
    "haproxy.cfg:19 : fullchain /a.pem, privkey /a.pem.key",
    "haproxy.cfg:19 : combined /b.pem",
  ]);
});

pureTest("HAProxy: a list has a certificate a line, with the names for which it is shown", () => {
  const found = scan("bind :443 ssl crt-list /etc/haproxy/list", {
    "/etc/haproxy/list": `# certificates
/etc/haproxy/a.pem
b.pem [alpn h2,http/1.1 ocsp-update on] b.test *.c.test !d.test # b
`,
  });
  assert.deepEqual(short(found), [
    "list:2 : combined /etc/haproxy/a.pem",
    "list:3 b.test *.c.test: combined /etc/ssl/private/b.pem",
  ]);
});

pureTest("HAProxy: directories, variables and relative paths without a base are noted", () => {
  const found = scan(
    `bind :443 ssl crt /etc/haproxy/certs/ crt "$CERT" crt a.pem crt @store/b crt-list /gone`,
    { "/etc/haproxy/certs/a.pem": "" },
    "",
  );
  assert.deepEqual(found.uses, []);
  assert.deepEqual(found.notes.map(({ message }) => message), [
    'crt "/etc/haproxy/certs/" is a directory of certificates; add each of its files as a target, ' +
    "" +
    "such as {combined: FILE}",
    'crt "$CERT" contains a variable of the server',
    'crt "a.pem" is relative to the directory in which HAProxy starts',
    'crt "@store/b" is not a file',
    "cannot be read: no such file or directory",
  ]);
});

pureTest("HAProxy: quotes and backslashes hold words together", () => {
  const [{ words } = { words: [] }] = parseHaproxy(`a "b c\\"d" 'e # f' g\\ h# i`);
  assert.deepEqual(words, ["a", 'b c"d', "e # f", "g h"]);
});
