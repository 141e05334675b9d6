/** `vcm adopt`: layouts of other tools are taken over without a request and without a reload. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, assertWell, makeBench, NAME, snapshot } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

/** What a server answers, as the tools write it. */
interface Answer {
  readonly cert: string;
  readonly key: string;
  readonly issuer: string;
  readonly chain: readonly string[];
}

interface Layout {
  readonly mount: string;
  /** Targets of the entry, and the texts of their files. */
  readonly files: readonly {
    readonly target: string;
    readonly file: string;
    readonly text: (answer: Answer) => string;
    readonly mode?: number;
  }[];
}

const lines = (...texts: readonly string[]) => texts.map((text) => `${text.trim()}\n`).join("");

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "consul-template: one file with certificate, CA and key, and the certificate by writeToFile": {
    mount: "pki",
    files: [
      {
        target: "combined",
        file: "web.pem",
        text: ({ cert, issuer, key }) => lines(cert, issuer, key),
        mode: 0o600,
      },
      { target: "cert", file: "web.crt", text: ({ cert }) => lines(cert) },
    ],
  },
  "consul-template: certificate and key in one file, of a root": {
    mount: "pki_self",
    files: [
      { target: "combined", file: "a.pem", text: ({ cert, key }) => lines(cert, key), mode: 0o600 },
      { target: "ca", file: "ca.crt", text: ({ issuer }) => lines(issuer) },
    ],
  },
  "consul-template: three templates": {
    mount: "pki",
    files: [
      { target: "cert", file: "web.crt", text: ({ cert }) => lines(cert) },
      // A template without a newline at its end.
      { target: "chain", file: "ca.crt", text: ({ issuer }) => issuer.trim() },
      { target: "privkey", file: "web.key", text: ({ key }) => key.trim(), mode: 0o640 },
    ],
  },
  "the Python tool: certificate and key": {
    mount: "pki",
    files: [
      { target: "cert", file: "web.crt", text: ({ cert }) => `${cert}\n` },
      { target: "privkey", file: "web.key", text: ({ key }) => `${key}\n`, mode: 0o600 },
    ],
  },
  "the Python tool: fullchain with the root, chain and key": {
    mount: "pki",
    files: [
      {
        target: "fullchain",
        file: "web.crt",
        text: ({ cert, chain }) => `${cert}\n${chain.join("\n")}\n`,
      },
      { target: "chain", file: "chain.crt", text: ({ chain }) => `${chain.join("\n")}\n` },
      { target: "privkey", file: "web.key", text: ({ key }) => `${key}\n`, mode: 0o600 },
    ],
  },
  "HAProxy: the key first": {
    mount: "pki",
    files: [{
      target: "order: key-first\n        combined",
      file: "web.pem",
      text: ({ cert, chain, key }) => lines(key, cert, ...chain),
      mode: 0o600,
    }],
  },
};

for (const [title, { mount, files }] of Object.entries(LAYOUTS)) {
  test(`adopted and run without a request or a reload: ${title}`, () =>
    withServer({ audit: true }, async ({ bao }) => {
      using bench = makeBench();
      const { directory } = bench;
      const { body } = await bao.api("POST", `${mount}/issue/web`, {
        common_name: NAME,
        ttl: "60d",
      });
      const { certificate, private_key, issuing_ca, ca_chain = [] } = body.data ?? {};
      const answer = {
        cert: String(certificate),
        key: String(private_key),
        issuer: String(issuing_ca),
        chain: ca_chain as readonly string[],
      };
      for (const { file, text, mode } of files) {
        directory.write(`ssl/${file}`, text(answer), mode ?? 0o644);
      }
      const targets = files.map(({ target, file }) =>
        `      - ${target}: "${directory.at(`ssl/${file}`)}"\n`
      ).join("");
      const acted = directory.at("acted");
      bench.configure(
        settings(bao).replace('"pki"', `"${mount}"`),
        `  - name: "${NAME}"\n    deploy:\n${targets}    service:\n      - name: hook\n` +
          `        command: [/bin/sh, -c, 'echo acted >> "${acted}"']\n`,
      );
      const heard = listen(bao);
      const before = snapshot(directory);
      const plan = await bench.vcm(["plan"]);
      assert.match(plan.out, /issued: vcm adopt web\.example\.test\n/, plan.out + plan.err);
      const planned = JSON.parse((await bench.vcm(["plan", "--json"])).out);
      assert.equal(planned.certificates[0].warnings.at(-1).kind, "adoptable");
      const dry = await bench.vcm(["adopt", "--dry-run"]);
      assertWell(dry);
      assert.match(dry.out, /^web\.example\.test: can be adopted: serial /);
      assert.deepEqual(snapshot(directory), before);

      const said = await bench.vcm(["adopt"]);
      assertWell(said);
      assert.match(
        said.out,
        /^web\.example\.test: adopted: serial .*; ?.*\n$|renewal from [^;]*\n$/,
      );
      assert.doesNotMatch(said.out, /the next run writes/);
      const adopted = snapshot(directory);
      for (const name of Object.keys(before)) {
        if (name.startsWith("ssl/")) assert.deepEqual(adopted[name], before[name], name);
      }
      const run = await bench.vcm(["run"]);
      assertWell(run);
      assert.equal(run.out, "Nothing to do: 1 certificate in order\n");
      assertWell(await bench.vcm(["check"]));
      assert.deepEqual(snapshot(directory), adopted);
      assert.deepEqual(heard(), []);
      assert.equal(directory.tree().includes("acted"), false);
      const again = await bench.vcm(["adopt", NAME]);
      assertWell(again);
      assert.equal(again.out, `${NAME}: its set is in the store already\n`);
      assertNoSecret(bench);
      // The next renewal is that of any set, and brings what the files did not have.
      const env = { VAULT_TOKEN: bao.token };
      assertWell(await bench.vcm(["issue", "--force", NAME], env));
      assertWell(await bench.vcm(["run"], env));
      assert.ok(directory.tree().includes(`store/${NAME}/ca.pem`));
      assert.equal(directory.read("acted"), "acted\n");
    }));
}
