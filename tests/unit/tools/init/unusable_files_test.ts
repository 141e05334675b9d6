/** What a web server names and `vcm init` must not make a target. */
import assert from "node:assert/strict";
import { scanSite } from "../../../../lib/tools/init/scan.ts";
import type { SiteReader } from "../../../../lib/tools/init/types.ts";
import { siteReader } from "../../../support/fixtures_web_servers.ts";
import { pureTest } from "../../../support/pure_test.ts";

const NGINX = "/etc/nginx/nginx.conf";
const PEM = "-----BEGIN CERTIFICATE-----\n";
const ELSE = "contains neither a certificate nor a key: use another file";

type Files = Readonly<Record<string, string>>;

/** What is said of one certificate with its key; an empty list: it is proposed. */
function notesOn(
  certificate: string,
  key: string,
  files: Files = {},
  more: Partial<SiteReader> = {},
): string[] {
  const text = `server { server_name a.test;
ssl_certificate ${certificate}; ssl_certificate_key ${key}; }`;
  const reader = { ...siteReader({ [NGINX]: text, ...files }), ...more };
  const { proposals, notes } = scanSite(reader, "/root/vcm.yaml");
  assert.equal(proposals.length, notes.length === 0 ? 1 : 0);
  for (const { at } of notes) assert.equal(at, `${NGINX}:2`);
  return notes.map(({ message }) => message);
}

pureTest("files that hold a certificate or key, or nothing, or are not there, are proposed", () => {
  const key = "-----BEGIN EC PRIVATE KEY-----\n";
  const contents = [PEM, PEM.slice(0, 12), `Bag Attributes\n${PEM}`, "", "\0".repeat(512)];
  for (const text of contents) {
    assert.deepEqual(notesOn("/x.crt", "/x.key", { "/x.crt": text, "/x.key": key }), [], text);
  }
  assert.deepEqual(notesOn("/new/x.crt", "/new/x.key"), []);
  assert.deepEqual(notesOn("/usr/local/etc/x.crt", "/usr/local/etc/x.key"), []);
  assert.deepEqual(notesOn("/library/x.crt", "/devices/x.key"), []);
});

pureTest("a certificate with a file of other content is left out, key or not", () => {
  const files = { "/x.crt": PEM, "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n" };
  assert.deepEqual(notesOn("/etc/passwd", "/x.key", files), [`/etc/passwd ${ELSE}`]);
  assert.deepEqual(notesOn("/x.crt", "/etc/passwd", files), [`/etc/passwd ${ELSE}`]);
  assert.deepEqual(notesOn("/etc/passwd", "/etc/passwd", files), [`/etc/passwd ${ELSE}`]);
  const ssh = { "/etc/ssh/ssh_host_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n" };
  assert.deepEqual(notesOn("/x.crt", "/etc/ssh/ssh_host_key", ssh), [
    `/etc/ssh/ssh_host_key ${ELSE}`,
  ]);
  assert.deepEqual(notesOn("/x.crt", NGINX, {}), [`${NGINX} ${ELSE}`]);
});

pureTest(
  "system directories are left out, also through a link, whether or not the file exists",
  () => {
    const below = (path: string, directory: string) =>
      `${path} is below ${directory}: use another file`;
    const places = {
      "/dev/sda": "/dev",
      "/proc/sysrq-trigger": "/proc",
      "/sys/power/state": "/sys",
      "/boot/vmlinuz": "/boot",
      "/usr/bin/env": "/usr",
      "/usr/share/x.pem": "/usr",
      "/bin/sh": "/bin",
      "/sbin/init": "/sbin",
      "/lib/x.so": "/lib",
      "/lib64/ld.so": "/lib64",
      "/usr/localx/x": "/usr",
      "/etc/../usr/bin/x": "/usr",
    };
    for (const [path, directory] of Object.entries(places)) {
      const plain = path.replace("/etc/..", "");
      assert.deepEqual(notesOn(path, "/x.key"), [below(plain, directory)]);
      assert.deepEqual(notesOn(path, "/x.key", { [plain]: PEM }), [below(plain, directory)]);
      const real = (from: string) => from === "/etc/x.crt" ? plain : from;
      assert.deepEqual(notesOn("/etc/x.crt", "/x.key", {}, { real }), [
        below(`/etc/x.crt, which leads to ${plain},`, directory),
      ]);
    }
  },
);

pureTest("VCM's own files are left out, also if they hold a certificate", () => {
  const own = [
    "/etc/vcm/vault-ca.pem",
    "/etc/vcm/token",
    "/root/vcm.yaml",
    "/var/lib/vcm/secret",
    "/etc/systemd/system/vcm.service",
    "/etc/systemd/system/vcm.timer.d/own.conf",
    "/etc/cron.d/vcm",
    "/usr/local/bin/vcm",
  ];
  for (const path of own) {
    const message = `${path} is a file of VCM itself: use another file`;
    assert.deepEqual(notesOn(path, "/x.key", { [path]: PEM }), [message]);
    assert.deepEqual(notesOn("/x.crt", path), [message]);
  }
  const stored = "/var/lib/vcm/certs/a.test/privkey.pem";
  const real = (path: string) => path === "/x.key" ? stored : path;
  assert.deepEqual(notesOn("/x.crt", "/x.key", {}, { real }), [
    "/x.key is in VCM's own store and cannot be a target",
  ]);
});

pureTest("an unreadable file does not count as a certificate", () => {
  const failing = (error: Error) => ({
    bytes: () => {
      throw error;
    },
  });
  const mayHold = (cause: string) => [
    `/x.crt may contain something other than a certificate or key: ${cause}`,
    `/x.key may contain something other than a certificate or key: ${cause}`,
  ];
  const denied = Object.assign(new Error("EACCES: permission denied, open '/x.crt'"), {
    code: "EACCES",
  });
  assert.deepEqual(
    notesOn("/x.crt", "/x.key", {}, failing(denied)),
    mayHold('permission denied; run "vcm init" as a user who may read it, such as root'),
  );
  for (const cause of ["Is not a regular file", "Is a directory", "Is larger than 4 MiB"]) {
    assert.deepEqual(
      notesOn("/x.crt", "/x.key", {}, failing(new Error(cause))),
      mayHold(cause.replace("I", "i")),
    );
  }
});

pureTest("a file in doubt that holds something else is left out by itself", () => {
  const text = `server { server_name a.test; ssl_certificate /x.crt; ssl_certificate_key /x.key;
ssl_trusted_certificate /etc/shadow; }`;
  const files = { [NGINX]: text, "/etc/shadow": "root:*:19000:0:99999:7:::\n" };
  const { proposals, notes } = scanSite(siteReader(files), "/root/vcm.yaml");
  assert.deepEqual(proposals.map(({ files }) => files.map(({ path }) => path)), [
    ["/x.crt", "/x.key"],
  ]);
  assert.deepEqual(notes.map(({ message }) => message), [`/etc/shadow ${ELSE}`]);
});

pureTest(
  "files of Apache and HAProxy are checked like those of nginx; names are those of what is kept",
  () => {
    const host = (file: string) =>
      `<VirtualHost *>\nServerName a.test\nSSLCertificateFile ${file}\n</VirtualHost>\n`;
    const { proposals, notes } = scanSite(
      siteReader({
        "/etc/apache2/apache2.conf": host("/etc/hosts") + host("/a.pem"),
        "/etc/hosts": "127.0.0.1 localhost\n",
        "/etc/haproxy/haproxy.cfg": "bind :1 ssl crt-list /l crt /etc/fstab\n",
        "/l": "/etc/crontab b.test\n",
        "/etc/fstab": "UUID=1 / ext4\n",
        "/etc/crontab": "0 3 * * * root /bin/true\n",
      }),
      "/root/vcm.yaml",
    );
    assert.deepEqual(proposals.map(({ name }) => name), ["a.test"]);
    assert.deepEqual(notes.map(({ at, message }) => `${at}: ${message}`), [
      `/etc/apache2/apache2.conf:3: /etc/hosts ${ELSE}`,
      `/l:1: /etc/crontab ${ELSE}`,
      `/etc/haproxy/haproxy.cfg:1: /etc/fstab ${ELSE}`,
    ]);
  },
);

pureTest("a file that is not there is left out if other programs would read it", () => {
  const said =
    "does not exist, and other programs may read any file at this path: use another file";
  for (
    const path of [
      "/etc/nologin",
      "/etc/ld.so.preload",
      "/etc/sudoers.d/x",
      "/etc/cron.daily/x",
      "/etc/systemd/system/x.service",
      "/etc/ssh/ssh_host_rsa_key",
      "/run/nologin",
      "/usr/local/bin/ls",
    ]
  ) assert.deepEqual(notesOn(path, "/x.key"), [`${path} ${said}`]);
  for (const path of ["/etc/web.crt", "/etc/nginx/ssl/web", "/etc/haproxy.d/fullchain.pem"]) {
    assert.deepEqual(notesOn(path, "/x.key"), []);
  }
});

pureTest("the directories of VCM are not proposed as files", () => {
  for (const path of ["/etc/vcm", "/var/lib/vcm"]) {
    assert.match(notesOn(path, "/x.key")[0] ?? "", /is a file of VCM itself/);
  }
});
