/** What a run knows and must keep to itself: login, tokens, keys. */
import { assert } from "./assert.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, type Scene, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const NAME = "a.e2e.test";

/** Where secrets are meant to lie. */
const MEANT = /\/vcm\.yaml$|\/spy$|\/privkey\.pem$|\/a\.e2e\.test\.key$/;

test("no secret of a run is anywhere but in its intended place", async () => {
  await using scene = await startScene();
  const { directory, login: { secretId } } = scene;
  // Tells all that children, and what they can look at, know.
  const spy = `${directory}/spy`;
  await Deno.writeTextFile(
    spy,
    `#!/bin/sh
{ cat /proc/self/environ; for pid in $$ $PPID; do cat /proc/$pid/cmdline /proc/$pid/environ; done
} | tr '\\0' '\\n' >> ${directory}/seen
echo "$1 says: $(cat ${directory}/ssl/${NAME}.key)" >&2
grep -v -- ----- ${directory}/ssl/${NAME}.key | tail -n 1 >&2
echo "id=${secretId}; \$(printf 'x${secretId.slice(0, 9)}\\033${secretId.slice(9)}x')" >&2
exit "$2"
`,
    { mode: 0o755 },
  );
  const service = (status: number) =>
    `{name: x, command: ["${spy}", "act", "${status}"], validate: ["${spy}", "judge", "0"]}`;
  await configure(scene, pairFor(scene, NAME, service(1)));
  const said: string[] = [];
  for (const line of ["plan --permissions", "run --verbose", "run --verbose --json", "check"]) {
    const { stdout, stderr } = await scene.vcm(...line.split(" "));
    said.push(stdout, stderr);
  }
  await configure(scene, pairFor(scene, NAME, service(0)));
  const { code, stdout, stderr } = await scene.vcm("run", "--verbose");
  assert.equal(code, 0, stdout + stderr);

  const secrets = await secretsOf(scene);
  const texts = new Map(said.map((text, at) => [`output ${at}`, text]));
  await readAll(directory, texts);
  assert.ok(
    (texts.get(`${directory}/seen`) ?? "").includes("VCM_CERTS"),
    "children were looked at",
  );
  assert.ok((texts.get(`${directory}/vcm.log`) ?? "").includes("failed"), "there is a log");
  assert.ok(texts.size > 10, `${texts.size} places`);
  for (const [place, text] of texts) {
    if (MEANT.test(place)) continue;
    for (const [what, secret] of secrets) assert.ok(!text.includes(secret), `${what} in ${place}`);
  }
});

function configure(scene: Scene, certs: string): Promise<void> {
  return scene.configure(certs).then(async () => {
    const path = `${scene.directory}/vcm.yaml`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(
      path,
      text.replace("config:\n", `config:\n  log_file: "${scene.directory}/vcm.log"\n`),
    );
  });
}

async function secretsOf({ directory, login }: Scene): Promise<(readonly [string, string])[]> {
  const key = await Deno.readTextFile(`${directory}/store/${NAME}/privkey.pem`);
  const lines = key.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  return [
    ["the secret id", login.secretId],
    ...lines.map((line) => ["the private key", line] as const),
    ...["hvs.", "s.", "hvb.", "b."].map((start) => ["a token", `: ${start}`] as const),
  ];
}

/** All files below a directory, as text. */
async function readAll(directory: string, texts: Map<string, string>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) await readAll(path, texts);
    else texts.set(path, new TextDecoder("latin1").decode(await Deno.readFile(path)));
  }
}
