/** `vcm init` at a terminal. */
import assert from "node:assert/strict";
import { initTest, SITES } from "./bench.ts";

initTest(
  "vcm init asks for what is not given, and Enter accepts the value in brackets",
  async (bench) => {
    const { status, out, err } = await bench.run("init --config @/f", {
      env: { VAULT_ADDR: "https://vault.test:8200/" },
      answers: ["", "later", "", "web", "", "n"],
    });
    assert.deepEqual([status, err], [0, ""]);
    assert.equal(
      out.slice(0, out.indexOf("Wrote")),
      "Found 2 certificates in the configurations of web servers. Press Enter to accept the value in " +
        "brackets.\n" +
        "Address of Vault or OpenBao [https://vault.test:8200]: " +
        "Login of this host (approle, token, cert, jwt, later) [approle]: " +
        "Mount of the PKI engine [pki]: " +
        "Role at that mount: " +
        "nginx (/etc/nginx/sites-enabled/web:3): web.test, www.test. Manage this certificate with " +
        "VCM? [Y/n]: " +
        "nginx (/etc/nginx/sites-enabled/web:8): api.test. Manage this certificate with VCM? " +
        "[Y/n]: ",
    );
    const text = bench.directory.read("f");
    assert.match(
      text,
      /\n {2}vault: "https:\/\/vault\.test:8200"\n[^]* {2}pki: "pki"\n {2}role: "web"\n/,
    );
    assert.match(text, /- name: "web\.test"/);
    assert.doesNotMatch(text, /- name: "api\.test"/);
  },
);

initTest("an invalid answer is reported, and the question is asked again", async (bench) => {
  const { status, out } = await bench.run("init --role web --config @/f", {
    files: { "/etc/hostname": "host.test\n" },
    answers: ["", "ftp://vault.test", " vault.test/ui/ ", "later", "team/pki", "a b", ""],
  });
  assert.equal(status, 0);
  assert.equal(
    out.slice(0, out.indexOf("Wrote")),
    "Found no certificate in the configuration of a web server. Press Enter to accept the value in " +
      "brackets.\n" +
      "Address of Vault or OpenBao:   required\n" +
      'Address of Vault or OpenBao:   expected a URL such as "https://vault.example.com:8200"\n' +
      "Address of Vault or OpenBao: " +
      "Login of this host (approle, token, cert, jwt, later) [approle]: " +
      "Mount of the PKI engine [pki]: " +
      "Name of the first certificate [host.test]: " +
      '  expected a DNS name or an IP address, got "a b"\n' +
      "Name of the first certificate [host.test]: ",
  );
  assert.match(
    bench.directory.read("f"),
    /\n {2}pki: "team\/pki"\n[^]*\n {2}- name: "host\.test"\n {4}# To deploy it [^-]*\n {4}# deploy:\n/,
  );
});

initTest("if all that was found is refused, a name is asked for", async (bench) => {
  const { status } = await bench.run("init --vault https://v.test --pki p --role r --config @/f", {
    files: { ...SITES, "/etc/hostname": "short\n" },
    answers: ["later", "maybe", "no", "N", "", "new.test"],
  });
  assert.equal(status, 0);
  const text = bench.directory.read("f");
  assert.deepEqual(text.match(/^ {2}- name: .*$/gm), ['  - name: "new.test"']);
});

initTest("with names, and with --yes, nothing is asked but what is missing", async (bench) => {
  const flags = "--vault https://v.test --role r";
  const named = await bench.run(`init ${flags} --config @/f web.test`, { answers: ["later", ""] });
  assert.equal(named.status, 0);
  assert.match(
    named.out,
    /brackets\.\nLogin of this host \(.*\) \[approle\]: Mount of the PKI engine \[pki\]: Wrote @\/f: 1 certificate, /,
  );
  const yes = await bench.run(`init ${flags} --yes --config @/g`, { answers: [] });
  assert.match(yes.out, /^Wrote @\/g: 2 certificates, /);
});

initTest("if the answers end, nothing is written", async ({ run, directory }) => {
  const { status, err } = await run("init --config @/f", { answers: ["https://v.test"] });
  assert.deepEqual([status, err], [1, "error: No answer; nothing was written\n"]);
  assert.deepEqual(directory.tree(), []);
});
