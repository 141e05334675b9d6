/** `vcm rollback`, killed or failing at any of its file-changing system calls. */
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeRevokeSite, type RevokeSite, storedKeys } from "./revoke_site.ts";

const test = await testsNeeding("openbao", "strace");

const NAME = "a.crash.test";
const TIME = "20261102T030405Z";
const LINE = ["rollback", "--yes", NAME, TIME];

/** A host whose certificate was renewed once; the first one is in the archive. */
async function makeRenewed(...args: Parameters<typeof makeRevokeSite>): Promise<RevokeSite> {
  const site = await makeRevokeSite(...args);
  const store = `${site.directory}/store`;
  for (const line of [["issue", "--force", NAME], ["run"]]) {
    const { code, stdout, stderr } = await site.vcm(...line);
    assert.equal(code, 0, stdout + stderr);
  }
  const [{ name = "" } = {}] = [...Deno.readDirSync(`${store}/archive/${NAME}`)];
  await Deno.rename(`${store}/archive/${NAME}/${name}`, `${store}/archive/${NAME}/${TIME}`);
  // The archive's names come from this time, so that all sites have the same.
  const written = new Date("2026-11-03T03:04:05Z");
  await Deno.utime(`${store}/${NAME}/cert.pem`, written, written);
  return site;
}

async function deployedSerial(site: RevokeSite): Promise<string> {
  const serial = parseCertificate(await site.read(`ssl/${NAME}.crt`)).serial;
  assert.equal(await site.read(`ssl/${NAME}.key`), await site.read(`store/${NAME}/privkey.pem`));
  return serial;
}

for (const how of ["killed", "failing"] as const) {
  test(`vcm rollback ${how} at any change loses no key, and the next run leaves one set`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    await using site = await makeRenewed(bao, [NAME], { keep: 1 });
    const copy = async (from: string, to: string) => {
      for (const name of ["store", "ssl"]) {
        const [source, target] = [from, to].map((path) => `${site.directory}/${path}${name}`);
        const line = 'rm -rf "$2" && cp -a "$1" "$2"';
        const { code } = await new Deno.Command("sh", {
          args: ["-c", line, "sh", source ?? "", target ?? ""],
        }).output();
        assert.equal(code, 0);
      }
    };
    await copy("", "kept-");
    const [keys, current] = [new Set(storedKeys(site)), await site.stored(NAME)];
    const changes = (await site.record(...LINE)).filter(({ path }) =>
      // How files are deployed is disturbed in the tests of a run.
      path.startsWith("store/")
    );
    const states = { old: 0, current: 0 };
    for (const change of changes) {
      await copy("kept-", "");
      const where = JSON.stringify(change);
      const fault = how === "killed" ? "kill" : "EROFS";
      const { met, code, stdout, stderr } = await site.disturb(change, fault, ...LINE);
      assert.ok(met, `${where}: ${stdout}${stderr}`);
      assert.doesNotMatch(stdout + stderr, /\bat file:|os error/, where);
      assert.deepEqual(new Set(storedKeys(site)).isSupersetOf(keys), true, where);
      const run = await site.vcm("run");
      assert.equal(run.code, 0, `${where}: ${run.stdout}${run.stderr}`);
      // No certificate was issued: one of the two is stored and deployed.
      const stored = await site.stored(NAME);
      assert.ok(stored === current || stored === site.serials[NAME], where);
      assert.equal(await deployedSerial(site), stored, where);
      assert.deepEqual(new Set(storedKeys(site)), keys, where);
      const isOld = stored === site.serials[NAME];
      states[isOld ? "old" : "current"]++;
      if (how === "failing" && code === 0) assert.ok(isOld, where);
      assert.equal(
        (await site.vcm("run")).stdout,
        "Nothing to do: 1 certificate in order\n",
        where,
      );
    }
    assert.ok(states.old > 0 && states.current > 0);
    console.log(
      `vcm rollback ${how} at ${changes.length} points: ${states.old} times the next run left the ` +
        `archived set, ${states.current} times the current one`,
    );
  });
}
