/** `vcm rollback`: an archived set is restored and deployed, and no server is asked. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const serialIn = ({ directory }: Bench, path: string) =>
  parseCertificate(directory.read(path)).serial;

/** Names of the archived sets, the oldest first. */
const archived = ({ directory }: Bench) =>
  directory.tree().flatMap((path) =>
    new RegExp(`^store/archive/${NAME}/([^/]+)/$`).exec(path)?.[1] ?? []
  );

/** A host that renewed its certificate; the service writes a line whenever it acts. */
async function makeRenewed(
  address: Parameters<typeof settings>[0],
  more = "keep: 2",
  validate = "",
): Promise<
  { bench: Bench; entry: string; first: string; second: string; env: Record<string, string> }
> {
  const bench = makeBench();
  const { directory } = bench;
  const entry = certificate(directory, NAME, more) +
    `    service:\n      - name: hook\n        command: [/bin/sh, -c, 'echo acted >> "${
      directory.at("acted")
    }"']\n${validate}`;
  bench.configure(settings(address), entry);
  const env = { VAULT_TOKEN: address.token };
  assertWell(await bench.vcm(["run"], env));
  const first = serialIn(bench, `store/${NAME}/cert.pem`);
  // Sets that are written in one second are told apart by a number.
  assertWell(await bench.vcm(["issue", "--force", NAME], env));
  assertWell(await bench.vcm(["run"], env));
  const second = serialIn(bench, `store/${NAME}/cert.pem`);
  assert.notEqual(first, second);
  return { bench, entry, first, second, env };
}

test("an archived set is restored, deployed, and so is the current one again", () =>
  withServer({ audit: true }, async ({ bao }) => {
    const { bench, first, second } = await makeRenewed(bao);
    using _bench = bench;
    const { directory } = bench;
    directory.write("acted", "");
    const heard = listen(bao);
    const [time = ""] = archived(bench);
    const list = await bench.vcm(["rollback", NAME]);
    assertWell(list);
    assert.match(
      list.out,
      /^\d{8}T\d{6}Z {2}serial [0-9a-f:]+, valid from .* until .*; renewal from .*\n$/,
    );
    assert.ok(list.out.startsWith(`${time}  serial ${first}, `), list.out);
    const { sets } = JSON.parse((await bench.vcm(["rollback", NAME, "--json"])).out);
    assert.deepEqual([sets[0].time, sets[0].certificate.serial], [time, first]);

    const questions: string[] = [];
    const no = await bench.vcm(
      ["rollback", NAME, time],
      {},
      (question) => questions.push(question) < 0,
    );
    assert.deepEqual([no.status, no.out], [1, ""]);
    assert.match(no.err, /Not rolled back: the answer was no/);
    assert.ok(questions[0]?.includes(`to the set of ${time} (serial ${first}, `), questions[0]);
    assert.equal(serialIn(bench, `store/${NAME}/cert.pem`), second);

    const said = await bench.vcm(["rollback", NAME, time], {}, () => true);
    assertWell(said);
    assert.match(said.err, /restored the archived set with serial .*; renewal from /);
    assert.match(said.err, /deployed .*\.crt \(archived certificate\)/);
    assert.doesNotMatch(said.err, /new certificate/);
    assert.equal(
      said.out,
      "Done: 0 issued, 2 files deployed, 1 service action; 0 failed, 0 skipped\n",
    );
    assert.equal(serialIn(bench, `ssl/${NAME}.crt`), first);
    assert.equal(directory.read(`ssl/${NAME}.key`), directory.read(`store/${NAME}/privkey.pem`));
    assert.equal(directory.read("acted"), "acted\n");
    const [other = "", more] = archived(bench);
    assert.equal(more, undefined);
    assert.equal(serialIn(bench, `store/archive/${NAME}/${other}/cert.pem`), second);
    assert.equal((await bench.vcm(["run"])).out, "Nothing to do: 1 certificate in order\n");

    const back = await bench.vcm(["rollback", NAME, other, "--yes", "--json"]);
    assertWell(back);
    assert.deepEqual(outputMistakes("rollback", back.out), []);
    assert.equal(serialIn(bench, `ssl/${NAME}.crt`), second);
    assert.deepEqual(archived(bench).length, 1);
    assert.deepEqual(heard(), []);
    assertNoSecret(bench);
  }));

test("nothing is lost although the file keeps no earlier sets", () =>
  withServer({}, async ({ bao }) => {
    const { bench, entry, first, second } = await makeRenewed(bao);
    using _bench = bench;
    bench.configure(settings(bao), entry.replace("keep: 2", "keep: 0"));
    const [time = ""] = archived(bench);
    assertWell(await bench.vcm(["rollback", NAME, time, "--yes"]));
    assert.equal(serialIn(bench, `store/${NAME}/cert.pem`), first);
    const [other = ""] = archived(bench);
    assert.equal(serialIn(bench, `store/archive/${NAME}/${other}/cert.pem`), second);
  }));

test("what was revoked, is unknown, or is in the store already is not restored", () =>
  withServer({ audit: true }, async ({ bao }) => {
    const { bench, env } = await makeRenewed(bao);
    using _bench = bench;
    const { directory } = bench;
    const [kept = ""] = archived(bench);
    const current = serialIn(bench, `store/${NAME}/cert.pem`);
    assertWell(await bench.vcm(["revoke", NAME, "--yes"], env));
    assertWell(await bench.vcm(["run"], env));
    const before = directory.tree();
    const list = await bench.vcm(["rollback", NAME]);
    assert.ok(
      list.out.includes(`\n${current}  serial ${current}, `) ||
        list.out.startsWith(`${current}  serial ${current}, `),
      list.out,
    );
    assert.match(list.out, /; cannot be restored: it was revoked\n/);
    const cases = [
      [
        [NAME, current, "--yes"],
        1,
        /^error: Cannot roll back .*: it was revoked; to see what there is: vcm rollback web/,
      ],
      [[NAME, "20200101T000000Z", "--yes"], 2, /^error: No set "20200101T000000Z" of /],
      [[NAME, "../..", "--yes"], 2, /^error: No set /],
      [[NAME, kept], 2, /^error: No terminal to ask on: pass --yes to rollback/],
      [[], 2, /needs the name of a certificate/],
      [["b.test"], 2, /^error: No certificate "b\.test"/],
      [[NAME, kept, kept, "--yes"], 2, /needs the name of a certificate/],
    ] as const;
    const heard = listen(bao);
    for (const [args, status, message] of cases) {
      const said = await bench.vcm(["rollback", ...args]);
      assert.deepEqual([said.status, said.out], [status, ""], said.err);
      assert.match(said.err, message);
    }
    assert.deepEqual(directory.tree(), before);
    directory.write(`store/archive/${NAME}/${kept}/privkey.pem`, "no key\n");
    const damaged = await bench.vcm(["rollback", NAME, kept, "--yes"]);
    assert.match(damaged.err, /^error: Cannot roll back .* in the archive /);
    assert.deepEqual(heard(), []);
  }));

test("the next run is told: a set with other names is replaced by it", () =>
  withServer({}, async ({ bao }) => {
    const { bench, entry, env, first } = await makeRenewed(bao);
    using _bench = bench;
    bench.configure(
      settings(bao),
      entry.replace("keep: 2", "keep: 2\n    dns_sans: [api.example.test]"),
    );
    assertWell(await bench.vcm(["run"], env));
    const { sets } = JSON.parse((await bench.vcm(["rollback", NAME, "--json"])).out);
    const { time } = sets[0];
    const said = await bench.vcm(["rollback", NAME, time, "--yes"]);
    assertWell(said);
    assert.match(
      said.err,
      /; the next run issues another one, because its names differ .*api\.example\.test/,
    );
    assert.equal(serialIn(bench, `ssl/${NAME}.crt`), first);
  }));

test("a service that rejects the archived set keeps its files, and nothing is lost", () =>
  withServer({}, async ({ bao }) => {
    const { bench, second } = await makeRenewed(
      bao,
      "keep: 2",
      "",
    );
    using _bench = bench;
    const { directory } = bench;
    const text = directory.read("vcm.yaml").replace(
      "        command: [/bin/sh",
      "        validate: [/bin/false]\n        command: [/bin/sh",
    );
    directory.write("vcm.yaml", text);
    const [time = ""] = archived(bench);
    const said = await bench.vcm(["rollback", NAME, time, "--yes"]);
    assert.equal(said.status, 1, said.out + said.err);
    assert.match(said.err, /rolled back .*, because "validate" of command:hook failed/);
    assert.equal(serialIn(bench, `ssl/${NAME}.crt`), second);
    assert.equal(archived(bench).length, 1);
  }));
