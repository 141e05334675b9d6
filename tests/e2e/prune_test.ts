/** `vcm status` and `vcm prune` by the compiled program: what an entry leaves that is removed. */
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, STRANGER, USER } from "./user_site.ts";

// Root is needed, as it is for a machine.
const test = await testsNeeding("machine");

const pair = (name: string) =>
  `  - name: "${name}"
    deploy: [{ cert: "FOLDER/ssl/${name}.crt" }, { privkey: "FOLDER/ssl/${name}.key" }]
`;

test("a set whose entry is gone is told, archived, and can be taken back", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(pair("a.test") + pair("b.test") + pair("c.test"));
  assert.equal((await place.vcm(["run"])).code, 0);
  assert.doesNotMatch((await place.vcm(["status"])).stdout, /not in this configuration/);
  await place.configure(pair("a.test"));
  assert.match(
    (await place.vcm(["status"])).stdout,
    /\n\n2 sets in the store are not in this configuration: b\.test, c\.test \(another .*\n$/,
  );
  const deployed = await place.snapshot("ssl");
  const { code, stdout, stderr } = await place.vcm(["prune", "--yes", "b.test", "c.test"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(
    stdout,
    /^b\.test: archived in "FOLDER\/store\/archive\/b\.test\/\d{8}T\d{6}Z"; deployed files stay\nc\.test: /,
  );
  assert.deepEqual(await place.snapshot("ssl"), deployed);
  assert.doesNotMatch((await place.vcm(["status"])).stdout, /not in this configuration/);
  assert.equal((await place.vcm(["run"])).stdout, "Nothing to do: 1 certificate in order\n");

  const [, archive = ""] = /"FOLDER\/(store\/archive\/b\.test\/[^"]+)"/.exec(stdout) ?? [];
  await Deno.rename(place.at(archive), place.at("store/b.test"));
  await place.configure(pair("a.test") + pair("b.test"));
  assert.equal((await place.vcm(["run"])).stdout, "Nothing to do: 2 certificates in order\n");
});

test("of two files with one store, neither archives what it names", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(pair("b.test"));
  assert.equal((await place.vcm(["run"])).code, 0);
  await Deno.copyFile(place.at("vcm.yaml"), place.at("b.yaml"));
  await place.configure(pair("a.test"));
  assert.equal((await place.vcm(["run"])).code, 0);
  const store = await place.snapshot("store");
  const own = await place.vcm(["prune", "--yes", "a.test"]);
  assert.deepEqual([own.code, own.stdout], [2, ""]);
  assert.match(own.stderr, /^error: The certificate "a\.test" is in "FOLDER\/vcm\.yaml", /);
  assert.deepEqual(await place.snapshot("store"), store);
  assert.match((await place.vcm(["status"])).stdout, /: b\.test \(another file may own them; /);
  // What the other file's owner loses by a yes is a certificate, which the next run issues.
  assert.equal((await place.vcm(["prune", "--yes", "b.test"])).code, 0);
  await Deno.copyFile(place.at("b.yaml"), place.at("vcm.yaml"));
  assert.match((await place.vcm(["run"])).stderr, /^b\.test: issued by /);
});

test("another user archives nothing, nor does root in a store that others can replace", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(pair("a.test") + pair("b.test"));
  assert.equal((await place.vcm(["run"])).code, 0);
  await place.configure(pair("a.test"));
  // What every user may read holds no login, and none is needed.
  const text = (await Deno.readTextFile(place.at("vcm.yaml"))).replace(/^ +vault_.*_id:.*\n/gm, "");
  await Deno.writeTextFile(place.at("vcm.yaml"), text);
  await Deno.chmod(place.at("vcm.yaml"), 0o644);
  const stranger = await place.vcm(["prune", "--yes", "b.test"], STRANGER);
  assert.deepEqual([stranger.code, stranger.stdout], [1, ""], stranger.stderr);
  assert.match(stranger.stderr, /^error: Cannot read "FOLDER\/store": .*; run as root\n$/);

  await place.makeDirectory("theirs", USER);
  await Deno.rename(place.at("store"), place.at("theirs/store"));
  await Deno.writeTextFile(place.at("vcm.yaml"), text.replace("/store", "/theirs/store"));
  const { code, stdout, stderr } = await place.vcm(["prune", "--yes", "b.test"]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^error: User "61001" may replace .*, and with it the store /);
  await Deno.stat(place.at("theirs/store/b.test/privkey.pem"));
});

test("a set that cannot be moved stays whole where it was", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(pair("a.test") + pair("b.test") + pair("c.test"));
  assert.equal((await place.vcm(["run"])).code, 0);
  await place.configure(pair("a.test"));
  const before = await place.snapshot("store/b.test");
  // A mount point, for this program alone.
  const mounted = 'mount --bind "$1/store/b.test" "$1/store/b.test" && ' +
    'exec "$1/vcm" prune --yes b.test c.test --config "$1/vcm.yaml"';
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", mounted, "sh", place.directory],
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 1, said);
  assert.match(said, /^failed {2}b\.test: Not archived: .*busy/);
  assert.match(new TextDecoder().decode(stdout), /^c\.test: archived in /);
  assert.deepEqual(await place.snapshot("store/b.test"), before);
});
