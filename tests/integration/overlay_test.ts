/** What moves a whole set works on an overlay whose lower layer has the set. */
import assert from "node:assert/strict";
import { mountOverlay } from "../support/overlay.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { revokeFailing, serialOf } from "./begun_revocation.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

// Mounts need what a machine of its own needs: root, and namespaces.
const test = await testsNeeding("openbao", "machine");
const PARTS = ["ca", "cert", "chain", "fullchain", "privkey"];
const OTHER = "b.example.test";

/** A store with two sets in the lower layer, each with files of others, and the lines that are run. */
async function withOverlay(
  run: (
    at: {
      readonly bench: ReturnType<typeof makeBench>;
      readonly serial: string;
      readonly key: string;
      vcm(...args: string[]): ReturnType<ReturnType<typeof makeBench>["vcm"]>;
      /** Names of the files below a directory. */
      below(name: string): string[];
      fail(...options: string[]): ReturnType<typeof revokeFailing>;
    },
  ) => Promise<void>,
  more = "",
): Promise<void> {
  await withServer({}, async ({ bao }) => {
    using bench = makeBench();
    const { directory } = bench;
    const certs = certificate(directory, NAME, more) + certificate(directory, OTHER, more);
    bench.configure(settings(bao), certs);
    const vcm = (...args: string[]) => bench.vcm(args, { VAULT_TOKEN: bao.token });
    assertWell(await vcm("run"));
    assertWell(await vcm("issue", "--force"));
    for (const name of [NAME, OTHER]) {
      directory.write(`store/${name}/hooks/after.sh`, "script", 0o755);
      directory.write(`store/${name}/notes.txt`, "notes", 0o640);
    }
    const [serial, key] = [serialOf(bench), directory.read(`store/${NAME}/privkey.pem`)];
    await using _overlay = await mountOverlay(directory.at("store"));
    await run({
      bench,
      serial,
      key,
      vcm,
      below: (name) =>
        directory.tree().filter((path) => path.startsWith(`${name}/`) && !path.endsWith("/"))
          .map((path) => path.slice(name.length + 1)),
      fail: async (...options) => {
        bench.configure(settings(bao).replace(/^vault: .*\n/, ""), certs);
        const failed = await revokeFailing(bench, bao, 500, ...options);
        bench.configure(settings(bao), certs);
        return failed;
      },
    });
    assert.deepEqual(
      directory.tree().filter((path) => /^store\/\.(?:room|new|old|next)/.test(path)),
      [],
    );
  });
}

const WHOLE = [...PARTS.map((part) => `${part}.pem`), "hooks/after.sh", "notes.txt"].sort();

test("vcm revoke archives a set of a lower layer, with what others put beside it", async () => {
  await withOverlay(async ({ serial, vcm, below, bench }) => {
    const { status, out, err } = await vcm("revoke", "--yes", NAME);
    assert.equal(status, 0, out + err);
    assert.deepEqual(below(`store/archive/${NAME}/${serial}`).sort(), WHOLE);
    assert.deepEqual(below(`store/${NAME}`), []);
    const { mtime, mode } = Deno.lstatSync(
      bench.directory.at(`store/archive/${NAME}/${serial}/hooks/after.sh`),
    );
    assert.ok(mtime !== null && ((mode ?? 0) & 0o777) === 0o755);
    assertWell(await vcm("run"));
    assertWell(await vcm("check"));
    assert.equal((await vcm("revoke", "--yes", NAME)).status, 0);
  });
});

test("vcm revoke --forget-key leaves no key of a lower layer, nor of its archive", async () => {
  await withOverlay(async ({ key, vcm, bench: { directory } }) => {
    assertWell(await vcm("revoke", "--yes", "--forget-key", NAME));
    const left = directory.tree().filter((path) =>
      path.startsWith("store/") && !path.endsWith("/") && directory.read(path) === key
    );
    assert.deepEqual(left, []);
  }, "keep: 2\nkey: local\nreuse_key: true");
});

test("a run finishes the revocation of a set of a lower layer", async () => {
  await withOverlay(async ({ serial, vcm, below, fail }) => {
    assert.equal((await fail()).status, 1);
    assertWell(await vcm("run"));
    assert.deepEqual(below(`store/archive/${NAME}/${serial}`).sort(), WHOLE);
    assert.deepEqual(below(`store/${NAME}`).sort(), PARTS.map((part) => `${part}.pem`));
  }, "keep: 2");
});

test("vcm prune archives a set of a lower layer under the time at which it was written", async () => {
  await withOverlay(async ({ vcm, below, bench }) => {
    const { directory } = bench;
    const { mtime } = Deno.lstatSync(directory.at(`store/${OTHER}/cert.pem`));
    const time = mtime?.toISOString().replace(/[-:]|\.\d+/g, "");
    const text = directory.read("vcm.yaml");
    directory.write("vcm.yaml", text.slice(0, text.indexOf(`  - name: "${OTHER}"`)));
    assertWell(await vcm("prune", "--yes", OTHER));
    assert.deepEqual(below(`store/archive/${OTHER}/${time}`).sort(), WHOLE);
    assert.deepEqual(below(`store/${OTHER}`), []);
    assertWell(await vcm("run"));
  });
});

test("records of an earlier version in a lower layer are taken over, with the directory's mode", async () => {
  await withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    const { directory } = bench;
    bench.configure(settings(bao), certificate(directory));
    assertWell(await bench.vcm(["run"], env));
    for (const [mode, status] of [[0o700, 0], [0o777, 1]] as const) {
      directory.write("store/.owed/command:gone", "command:gone has to load new files\n");
      Deno.chmodSync(directory.at("store/.owed"), mode);
      await Deno.remove(directory.at("store/.pending"), { recursive: true }).catch(() => {});
      await using _overlay = await mountOverlay(directory.at("store"));
      const { status: is, out, err } = await bench.vcm(["run"], env);
      assert.equal(is, status, out + err);
      assert.equal(Deno.lstatSync(directory.at("store/.pending")).mode! & 0o777, mode);
      assert.ok(directory.tree().includes("store/.pending/command:gone"));
    }
  });
});

test("a set that is a mount point stays in the store, and the message names the cause", async () => {
  await withServer({}, async ({ bao }) => {
    using bench = makeBench();
    const { directory } = bench;
    bench.configure(settings(bao), certificate(directory));
    const env = { VAULT_TOKEN: bao.token };
    assertWell(await bench.vcm(["run"], env));
    const set = directory.at(`store/${NAME}`);
    const mount = (...args: string[]) => new Deno.Command(args[0] ?? "", { args: args.slice(1) });
    await mount("mount", "--bind", set, set).output();
    try {
      const { status, err } = await bench.vcm(["revoke", "--yes", NAME], env);
      assert.equal(status, 1);
      assert.match(err, /revoked, but its set cannot be moved out of the store: .*resource busy/);
      assert.deepEqual(
        directory.tree().filter((path) => /^store\/\.(?:room|new|old|next)/.test(path)),
        [],
      );
    } finally {
      await mount("umount", set).output();
    }
    assertWell(await bench.vcm(["revoke", "--yes", NAME], env));
  });
});
