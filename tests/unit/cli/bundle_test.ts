/** A bundle by whole runs: deployed, known again, mended where it is damaged, cleared up. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSiteInOrder, type Site } from "../../support/fixtures_site.ts";
import { modeOf } from "../../support/rig.ts";

const PARTS = ["cert", "chain", "fullchain", "privkey", "ca"] as const;
const IN_ORDER = "Nothing to do: 1 certificate in order\n";

/** A site in order but for a bundle that is missing. */
async function makeBundled(more = ""): Promise<Site> {
  const site = await makeSiteInOrder();
  const set = site.path("store/web.example.com");
  const ca = await Deno.readTextFile(`${set}/cert.pem`);
  await Deno.writeTextFile(`${set}/ca.pem`, ca, { mode: 0o600 });
  await Deno.mkdir(site.path("d"));
  const config = await Deno.readTextFile(site.config);
  await site.configure(`${config}      - bundle: FOLDER/d/web\n${more}`);
  return site;
}

async function vcm({ config }: Site, line: string) {
  const host = fakeHost({ env: { VCM_CONFIG: config } });
  const status = await main(line.split(" "), host);
  return { status, stdout: host.stdout(), stderr: host.stderr() };
}

async function planned(site: Site): Promise<string[]> {
  const { stdout } = await vcm(site, "plan");
  return stdout.split("\n").filter((line) => line.startsWith("  "))
    .map((line) =>
      line.replaceAll(`${site.directory}/`, "").replaceAll(/[0-9a-f]{16}/g, "VERSION")
    );
}

/** Runs, and asserts that it left one set, as the store has it, and nothing to do. */
async function runToOrder(site: Site): Promise<void> {
  const run = await vcm(site, "run");
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.equal((await vcm(site, "run")).stdout, IN_ORDER);
  assert.equal((await vcm(site, "check")).status, 0);
  const link = Deno.readLinkSync(site.path("d/web"));
  assert.match(link, /^\.web\.vcm-[0-9a-f]{16}(-2)?$/);
  const names = [...Deno.readDirSync(site.path("d"))].map(({ name }) => name).sort();
  assert.deepEqual(names, [link, "web"]);
  assert.equal(modeOf(site.path(`d/${link}`)), "755");
  for (const part of PARTS) {
    assert.equal(
      Deno.readTextFileSync(site.path(`d/web/${part}.pem`)),
      Deno.readTextFileSync(site.path(`store/web.example.com/${part}.pem`)),
    );
    const mode = part === "privkey" ? "600" : "644";
    assert.equal(modeOf(site.path(`d/${link}/${part}.pem`)), mode, part);
  }
}

Deno.test("a run deploys a set behind one link, and the next one leaves it alone", async () => {
  await using site = await makeBundled();
  assert.deepEqual(await planned(site), ["  deploy   d/web (bundle): missing"]);
  await runToOrder(site);
});

Deno.test("damaged files are named, and another directory replaces them", async () => {
  await using site = await makeBundled("        mode: 0640\n");
  const set = () => `${site.directory}/d/${Deno.readLinkSync(site.path("d/web"))}`;
  await vcm(site, "run");
  const config = await Deno.readTextFile(site.config);
  await site.configure(config.replace("        mode: 0640\n", "        mode: 0600\n"));
  assert.deepEqual(await planned(site), ["  deploy   d/web (bundle): mode 0640 -> 0600"]);
  await vcm(site, "run");
  assert.equal(modeOf(`${set()}/cert.pem`), "600");
  await site.configure(config.replace("        mode: 0640\n", ""));
  for (const part of PARTS.filter((part) => part !== "privkey")) {
    Deno.chmodSync(`${set()}/${part}.pem`, 0o644);
  }
  await runToOrder(site);
  const damages: [string, () => void][] = [
    ["missing (chain.pem)", () => Deno.removeSync(`${set()}/chain.pem`)],
    [
      "content differs from the store (chain.pem, privkey.pem)",
      () => ["chain", "privkey"].forEach((p) => Deno.writeTextFileSync(`${set()}/${p}.pem`, "x")),
    ],
    ["mode 0700 -> 0755 (.web.vcm-VERSION)", () => Deno.chmodSync(set(), 0o700)],
    ["missing (.web.vcm-VERSION-2)", () => Deno.removeSync(set(), { recursive: true })],
  ];
  for (const [said, damage] of damages) {
    damage();
    const what = (await planned(site)).map((line) => line.replace("VERSION-2)", "VERSION)"));
    assert.deepEqual(what, [`  deploy   d/web (bundle): ${said.replace("-2)", ")")}`]);
    await runToOrder(site);
  }
});

Deno.test("a file in the set that became a link is named, and what it leads to is left", async () => {
  await using site = await makeBundled();
  await runToOrder(site);
  await Deno.writeTextFile(site.path("other"), "mine");
  const directory = site.path(`d/${Deno.readLinkSync(site.path("d/web"))}`);
  await Deno.remove(`${directory}/ca.pem`);
  await new Deno.Command("ln", { args: ["-s", site.path("other"), `${directory}/ca.pem`] })
    .output();
  assert.deepEqual(await planned(site), [
    "  deploy   d/web (bundle): is a symbolic link, becomes a file (ca.pem)",
  ]);
  const run = await vcm(site, "run");
  assert.equal(run.status, 0, run.stderr);
  const stays =
    `web.example.com: "${directory}" is no longer used, but contains "ca.pem", which VCM ` +
    "did not create; move that away";
  assert.ok(run.stderr.includes(stays), run.stderr);
  assert.deepEqual([...Deno.readDirSync(directory)].length, 5);
  const check = await vcm(site, "check");
  assert.deepEqual([check.status, check.stdout.includes(stays)], [0, true], check.stdout);
  assert.equal(await Deno.readTextFile(site.path("other")), "mine");
  await Deno.remove(`${directory}/ca.pem`);
  await runToOrder(site);
});

Deno.test("anything at the path of the link that VCM did not create is a blocker", async () => {
  await using site = await makeBundled();
  const place = site.path("d/web");
  const remedy = "; move it away, or give another path for the bundle";
  const cases: [string, () => void | Promise<unknown>][] = [
    ["a directory, but a bundle must be a symbolic link", () => Deno.mkdirSync(place)],
    ["a file, but a bundle must be a symbolic link", () => Deno.writeTextFileSync(place, "x")],
    [
      'a symbolic link to "/nowhere", which VCM did not make',
      () => new Deno.Command("ln", { args: ["-s", "/nowhere", place] }).output(),
    ],
  ];
  for (const [what, make] of cases) {
    await make();
    const run = await vcm(site, "run");
    assert.equal(run.status, 1);
    assert.ok(run.stdout.includes(`"${place}" is ${what}${remedy}\n`), run.stdout);
    await Deno.remove(place);
  }
  await runToOrder(site);
});

Deno.test("the next run clears away what killed ones left", async () => {
  await using site = await makeBundled();
  await runToOrder(site);
  const left = [
    ".web.vcm-0123456789abcdef",
    ".web.vcm-0123456789abcdef-3",
    "..web.vcm-set.vcm-new",
  ];
  for (const name of left) {
    await Deno.mkdir(site.path(`d/${name}`));
    await Deno.writeTextFile(site.path(`d/${name}/privkey.pem`), "key");
  }
  await new Deno.Command("ln", { args: ["-s", left[0] ?? "", site.path("d/.web.vcm-new")] })
    .output();
  assert.deepEqual(await planned(site), ["  recover  an interrupted run left temporary files"]);
  await runToOrder(site);
});
