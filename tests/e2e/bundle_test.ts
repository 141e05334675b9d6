/** A bundle by the compiled program: its readers, and services that find fault with it. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import {
  assertInOrder,
  assertPair,
  type BundleSite,
  linkedSet,
  makeBundleSite,
} from "./bundle_site.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "machine");

test("who follows the link once never sees a key beside another certificate", async () => {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  await using site = await makeBundleSite(bao);
  assert.equal((await site.vcm("run", "--quiet")).code, 0);
  const pairs = new Map<string, string>();
  let reading = true;
  let reads = 0;
  const reader = (async () => {
    while (reading) {
      const pair = await readPair(site.link);
      if (pair === undefined) continue;
      reads++;
      pairs.set(pair.join("\0"), pair[0]);
    }
  })();
  const RENEWALS = 6;
  try {
    for (let times = 0; times < RENEWALS; times++) {
      await renew(site);
    }
  } finally {
    reading = false;
    await reader;
  }
  for (const pair of pairs.keys()) {
    const [cert = "", key = ""] = pair.split("\0");
    assertPair(cert, key);
  }
  assert.ok(pairs.size > RENEWALS / 2, `only ${pairs.size} sets were seen in ${reads} reads`);
  assert.equal(new Set(pairs.values()).size, pairs.size, "one key a certificate");
  await assertInOrder(site);
});

async function renew(site: BundleSite): Promise<void> {
  for (const line of [["issue", "--force", "--quiet"], ["run", "--quiet"]]) {
    const { code, stdout, stderr } = await site.vcm(...line);
    assert.equal(code, 0, stdout + stderr);
  }
}

/** Nothing where the set that the link led to has gone since. */
async function readPair(link: string): Promise<[string, string] | undefined> {
  try {
    const directory = await Deno.realPath(link);
    const cert = await Deno.readTextFile(`${directory}/cert.pem`);
    return [cert, await Deno.readTextFile(`${directory}/privkey.pem`)];
  } catch (error) {
    // The link itself is always there.
    await Deno.lstat(link);
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

test("a bundle whose validation fails is rolled back as a whole", async () => {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  await using site = await makeBundleSite(bao);
  await Deno.writeTextFile(site.broken, "");
  const first = await site.vcm("run");
  assert.equal(first.code, 1);
  assert.equal(await linkedSet(site), undefined);
  assert.deepEqual([...Deno.readDirSync(`${site.directory}/ssl`)], []);
  await Deno.remove(site.broken);
  assert.equal((await site.vcm("run", "--quiet")).code, 0);
  await assertInOrder(site);

  const [set, { ino }] = [await linkedSet(site), await Deno.lstat(site.link)];
  await Deno.writeTextFile(site.broken, "");
  assert.equal((await site.vcm("issue", "--force", "--quiet")).code, 0);
  const failed = await site.vcm("run", "--quiet");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /; the files of web\.bundle\.test were rolled back/);
  assert.deepEqual([await linkedSet(site), (await Deno.lstat(site.link)).ino], [set, ino]);
  assert.deepEqual([...Deno.readDirSync(`${site.directory}/ssl`)].length, 3);
  const planned = await site.vcm("plan");
  assert.match(
    planned.stdout,
    /^ {2}deploy {3}\S+\/ssl\/web \(bundle\): content (?:serial|until) \S+ -> [^,]*(?:, until \S+)?$/m,
  );
  await Deno.remove(site.broken);
  const mended = await site.vcm("run");
  assert.deepEqual([mended.code, mended.stdout], [
    0,
    "Done: 0 issued, 2 files deployed, 1 service action; 0 failed, 0 skipped\n",
  ]);
  await assertInOrder(site);
});

test("the plan's permissions name the directory above, and ln", async () => {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  await using site = await makeBundleSite(bao);
  const { permissions } = JSON.parse((await site.vcm("plan", "--permissions", "--json")).stdout);
  assert.ok(permissions.files.write.includes(`${site.directory}/ssl`));
  assert.ok(permissions.commands.run.includes("/usr/bin/ln"));
});
