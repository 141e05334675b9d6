/** What a power cut must not undo is synced in its order: new directories, and copies before a write. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { type FileChange, recordChanges } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

const test = await testsNeeding("openbao", "strace");

const NAME = "web.sync.test";

/** Paths below `base`, with the call that changes them. */
type Changes = readonly (Pick<FileChange, "call" | "path">)[];

/** Runs a command, by default a run, with such a configuration, and tells what it changes. */
type Recorder = (settings: object, entry: object, ...args: string[]) => Promise<Changes>;

async function changesOf(
  run: (base: string, record: Recorder) => unknown,
): Promise<void> {
  await using bao = await startOpenBao();
  await setUpPki(bao);
  const base = await Deno.makeTempDir({ prefix: "vcm-sync-" });
  const file = `${base}/vcm.yaml`;
  const env = { VAULT_TOKEN: bao.token };
  try {
    await run(base, async (settings, entry, ...args) => {
      const config = { vault: bao.address, pki: "pki", role: "web", renew: "10d", ttl: "60d" };
      const certs = [{ name: NAME, ...entry }];
      const text = JSON.stringify({ config: { ...config, ...settings }, certs });
      await Deno.writeTextFile(file, text, { mode: 0o600 });
      const command = args.length > 0 ? args : ["run"];
      const argv = [await compiledVcm(), ...command, "--config", file];
      const { code, stdout, stderr, changes } = await recordChanges(argv, base, env);
      assert.equal(code, 0, stdout + stderr);
      return changes.map(({ call, path }) => ({ call, path: path.slice(base.length + 1) }));
    });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** Asserts that a directory is synced after something in it got its name, and before something else. */
function assertSynced(changes: Changes, made: number, directory: string, before: number): void {
  const synced = changes.findIndex(({ call, path }, at) =>
    at > made && call === "fsync" && path === directory
  );
  const seen = changes.slice(made, before + 1).map(({ call, path }) => `${call} ${path}`);
  assert.ok(made >= 0 && synced > made && synced < before, `${directory}: ${seen.join("\n")}`);
}

test("the parents of a new store and of create_dirs directories are synced before they are used", () =>
  changesOf(async (base, record) => {
    const [store, targets] = ["var/lib/vcm/store", "srv/tls/web"];
    for (const directory of ["var", "srv"]) await Deno.mkdir(`${base}/${directory}`);
    const changes = await record({ cert_store: `${base}/${store}`, create_dirs: true }, {
      deploy: [
        { fullchain: `${base}/${targets}/web.crt`, mode: "0644" },
        { privkey: `${base}/${targets}/web.key` },
      ],
    });
    const find = (call: RegExp, wanted: string) =>
      changes.findIndex(({ call: name, path }) => call.test(name) && path === wanted);
    const lock = find(/^open/, `${store}/.lock`);
    for (const path of ["var/lib", "var/lib/vcm", store]) {
      assertSynced(changes, find(/^mkdir/, path), path.replace(/\/[^/]+$/, ""), lock);
    }
    const replaced = find(/^rename/, `${targets}/.web.crt.vcm-new`);
    for (const path of ["srv/tls", targets]) {
      const parent = path.replace(/\/[^/]+$/, "");
      const temporary = path.replace(/([^/]+)$/, ".$1.vcm-new");
      assertSynced(changes, find(/^rename/, temporary), parent, replaced);
    }
    const pending = find(/^mkdir/, `${store}/.room-${NAME}`);
    const staged = find(/^rename/, `${store}/.room-${NAME}`);
    assertSynced(changes, pending, `${store}/.room-${NAME}`, staged);
  }));

test("the copy of a file that is written in place is synced, name and all, before it is written", () =>
  changesOf(async (base, record) => {
    for (const directory of ["ssl", "store"]) {
      await Deno.mkdir(`${base}/${directory}`, { mode: 0o700 });
    }
    const deploy = [
      { fullchain: `${base}/ssl/web.crt`, mode: "0644", in_place: true },
      { privkey: `${base}/ssl/web.key`, in_place: true },
    ];
    const settings = { cert_store: `${base}/store` };
    await record(settings, { deploy });
    const changes = await record(settings, { deploy, dns_sans: ["new.sync.test"] });
    for (const file of ["web.crt", "web.key"]) {
      const named = changes.findIndex(({ call, path }) =>
        call === "rename" && path === `ssl/..${file}.vcm-old.vcm-new`
      );
      const written = changes.findIndex(({ call, path }) =>
        call === "write" && path === `ssl/${file}`
      );
      assertSynced(changes, named, "ssl", written);
    }
  }));

test("the parents of a new archive are synced before a revoked set is moved there", () =>
  changesOf(async (base, record) => {
    const settings = { cert_store: `${base}/store` };
    const deploy = [{ fullchain: `${base}/web.crt`, mode: "0644" }];
    await record(settings, { deploy });
    const changes = await record(settings, { deploy }, "revoke", "--yes", NAME);
    const find = (call: string, wanted: string) =>
      changes.findIndex(({ call: name, path }) => name === call && path === wanted);
    const moved = find("rename", `store/${NAME}`);
    for (const [parent, name] of [["store", "archive"], ["store/archive", NAME]] as const) {
      assertSynced(changes, find("mkdir", `${parent}/${name}`), parent, moved);
    }
  }));
