/** Algorithms that the runtime does not know, and stored chains that clients refuse, with OpenSSL. */
import assert from "node:assert/strict";
import { startGiving } from "../support/faulty_proxy.ts";
import { type Made, makeAuthority, makeCertificatePem } from "../support/fixtures_pki.ts";
import { freePort } from "../support/free_port.ts";
import { opensslTest } from "../support/openssl.ts";
import { makeOpensslPair, openssl, OPENSSL_ALGORITHMS } from "../support/openssl_pki.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { startListening } from "../support/listening_process.ts";

const NOWHERE = { address: "http://127.0.0.1:1" };
const ENV = { VAULT_TOKEN: "unchecked" };

const settings = (address: string) => `vault: "${address}"\npki: pki\nrole: web\nrenew: 10d\n`;

type Algorithm = keyof typeof OPENSSL_ALGORITHMS;

for (const algorithm of Object.keys(OPENSSL_ALGORITHMS) as Algorithm[]) {
  opensslTest(
    `a chain with ${algorithm} is stored with one warning, and the next run is quiet`,
    async () => {
      using bench = makeBench();
      const pair = await makeOpensslPair(bench.directory, algorithm, NAME);
      const data = {
        certificate: pair.certificate,
        private_key: pair.key,
        issuing_ca: pair.authority,
      };
      await using front = startGiving(data);
      bench.configure(settings(front.address), certificate(bench.directory));
      const first = await bench.vcm(["run"], ENV);
      assert.equal(first.status, 0, first.out + first.err);
      const said = `warning: ${NAME}: this build cannot verify ${algorithm}, so it was accepted`;
      assert.ok(first.err.includes(said), first.err);
      assert.equal(first.err.match(/cannot verify/g)?.length, 1);
      const asked = front.heard.length;
      const next = await bench.vcm(["run"], ENV);
      assert.deepEqual([next.status, next.out], [0, "Nothing to do: 1 certificate in order\n"]);
      assert.equal(front.heard.length, asked);
      assert.equal((await bench.vcm(["check"])).status, 0);
      // OpenSSL 3.0 signs with SHA-3, and does not verify that.
      if (algorithm.startsWith("the algorithm")) return;
      await openssl(
        "verify",
        "-CAfile",
        bench.directory.at(`store/${NAME}/ca.pem`),
        bench.directory.at(`ssl/${NAME}.crt`),
      );
    },
  );
}

opensslTest("a signature that this build can verify is still verified", async () => {
  using bench = makeBench();
  const { certificate: pem, key } = await makeOpensslPair(bench.directory, "Ed448", NAME);
  const [root, other] = [await makeAuthority("Root"), await makeAuthority("Root")];
  const leaf = await makeCertificatePem(NAME, {
    issuer: root,
    names: [{ type: "dns", value: NAME }],
  });
  const wrong = [
    // Another key of the same name, and a CA that only has a name of its own.
    { certificate: leaf.pem, private_key: leaf.pkcs8, issuing_ca: other.pem },
    { certificate: pem, private_key: key, issuing_ca: root.pem },
  ];
  for (const data of wrong) {
    await using front = startGiving(data);
    bench.configure(settings(front.address), certificate(bench.directory));
    const { status, out } = await bench.vcm(["run"], ENV);
    assert.equal(status, 1);
    assert.match(out, /the server sent CA certificates, but none of them issued it/);
  }
});

opensslTest(
  "a probe says that this build cannot verify the algorithm, and no run repeats the action",
  async () => {
    using bench = makeBench();
    const { directory } = bench;
    const pair = await makeOpensslPair(directory, "Ed448", NAME);
    const data = {
      certificate: pair.certificate,
      private_key: pair.key,
      issuing_ca: pair.authority,
    };
    await using front = startGiving(data);
    const port = freePort();
    await using _service = await serveTls(directory, port);
    const service =
      `    service:\n      - name: hook\n        command: [/bin/sh, -c, 'echo acted >> "${
        directory.at("acted")
      }"']\n        probe: {connect: "127.0.0.1:${port}", timeout: 10m}\n`;
    bench.configure(settings(front.address), certificate(directory) + service);
    const said = `cannot probe 127.0.0.1:${port}: this build cannot verify Ed448`;
    const first = await bench.vcm(["run"], ENV);
    assert.equal(first.status, 0, first.out + first.err);
    assert.ok(first.err.includes(said), first.err);
    for (let runs = 0; runs < 2; runs++) assert.equal((await bench.vcm(["run"], ENV)).status, 0);
    assert.equal(directory.read("acted"), "acted\n");
    const check = await bench.vcm(["check"]);
    assert.deepEqual([check.status, check.out.includes(said)], [3, true], check.out);
  },
);

/** OpenSSL's server with the pair of a directory. */
function serveTls({ at }: Bench["directory"], port: number): Promise<AsyncDisposable> {
  const args = ["s_server", "-accept", `127.0.0.1:${port}`, "-quiet"];
  const pair = ["-cert", at("openssl-leaf.pem"), "-key", at("openssl-key.pem")];
  return startListening("openssl", [...args, ...pair], port);
}

interface StoredCase {
  readonly leaf: Made;
  readonly chain: readonly Made[];
  readonly ca: readonly Made[];
  /** What is warned of, and the status of check. */
  readonly said: RegExp | undefined;
  readonly status: number;
}

const SOON = {
  notBefore: new Date(Date.now() - 86_400_000),
  notAfter: new Date(Date.now() + 80 * 86_400_000),
};

/** Stored sets, which an earlier build or another tool may have left. */
async function storedCases(): Promise<Readonly<Record<string, StoredCase>>> {
  const authority = (name: string, options: object = {}) =>
    makeAuthority(name, { ...SOON, ...options });
  const leafOf = (issuer: Made, options: object = {}) =>
    makeCertificatePem(NAME, {
      ...SOON,
      issuer,
      names: [{ type: "dns", value: NAME }],
      ...options,
    });
  const root = await authority("Root");
  const upper = await authority("Upper", { issuer: root });
  const none = await authority("None", { issuer: root, authority: false });
  const narrow = await authority("Narrow", { issuer: root, pathLength: 0 });
  const deep = await authority("Deep", { issuer: narrow });
  const weak = await authority("Weak", { issuer: root, algorithm: "RSA 1024" });
  const weakRoot = await authority("Weak Root", { algorithm: "RSA 1024" });
  const [one, two] = [await authority("One"), await authority("Two")];
  const oneByTwo = await authority("One", { issuer: two, keysOf: one });
  const twoByOne = await authority("Two", { issuer: one, keysOf: two });
  const inCycle = await leafOf(two);
  const ok = { said: undefined, status: 0 };
  const bits = (who: string) =>
    new RegExp(`${who} has an RSA key of 1024 bits, and clients require 2048`);
  return {
    "a usual chain": { leaf: await leafOf(upper), chain: [upper], ca: [root], ...ok },
    "an intermediate without CA:TRUE": {
      leaf: await leafOf(none),
      chain: [none],
      ca: [root],
      said: /the CA "None" is not a CA: its certificate lacks CA:TRUE/,
      status: 2,
    },
    "too many CAs below one": {
      leaf: await leafOf(deep),
      chain: [deep, narrow],
      ca: [root],
      said: /the CA "Narrow" allows 0 CAs below it, and there are 1/,
      status: 2,
    },
    "a short RSA key": {
      leaf: await leafOf(upper, { algorithm: "RSA 1024" }),
      chain: [upper],
      ca: [root],
      said: bits("it"),
      status: 0,
    },
    "an intermediate with a short RSA key": {
      leaf: await leafOf(weak),
      chain: [weak],
      ca: [root],
      said: bits('the CA "Weak"'),
      status: 0,
    },
    "a root with a short RSA key": {
      leaf: await leafOf(weakRoot),
      chain: [],
      ca: [weakRoot],
      said: bits('the CA "Weak Root"'),
      status: 0,
    },
    "a cycle without a root": {
      leaf: inCycle,
      chain: [twoByOne, oneByTwo],
      ca: [oneByTwo],
      said: /its chain is a cycle that leads to no root, by way of "(?:One|Two)"/,
      status: 0,
    },
    "a cycle with a root": { leaf: inCycle, chain: [twoByOne, oneByTwo], ca: [one, two], ...ok },
  };
}

opensslTest(
  "stored chains that clients refuse are warned of, as OpenSSL says, and not asked for again",
  async () => {
    for (const [what, { leaf, chain, ca, said, status }] of Object.entries(await storedCases())) {
      using bench = makeBench();
      const { directory } = bench;
      const pems = (all: readonly Made[]) => all.map(({ pem }) => pem).join("");
      const texts = {
        cert: leaf.pem,
        chain: pems(chain),
        fullchain: leaf.pem + pems(chain),
        ca: pems(ca),
        privkey: leaf.pkcs8,
      };
      for (const [part, text] of Object.entries(texts)) {
        directory.write(`store/${NAME}/${part}.pem`, text);
      }
      Deno.chmodSync(directory.at("store"), 0o700);
      bench.configure(settings(NOWHERE.address), certificate(directory));
      const run = await bench.vcm(["run"], ENV);
      assert.equal(run.status, 0, what + run.out + run.err);
      assert.equal(directory.read(`ssl/${NAME}.key`), leaf.pkcs8);
      for (const command of ["check", "plan", "status"] as const) {
        const { status: found, out } = await bench.vcm([command]);
        assert.equal(found, command === "plan" ? 0 : status, what + out);
        if (said === undefined) assert.doesNotMatch(out, /warning/, what);
        else assert.match(out, said, what);
        assert.deepEqual(outputMistakes(command, (await bench.vcm([command, "--json"])).out), []);
      }
      const verify = openssl(
        ...["verify", "-auth_level", "2", "-CAfile", directory.at(`store/${NAME}/ca.pem`)],
        ...(chain.length > 0 ? ["-untrusted", directory.at(`store/${NAME}/chain.pem`)] : []),
        directory.at(`store/${NAME}/cert.pem`),
      );
      if (said === undefined) await verify;
      else await assert.rejects(verify, what);
    }
  },
);
