/** What cannot be stored on this host is not asked for, and a lower layer of an overlay can be. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";
import { countIssued } from "../support/issued.ts";

// Mounts need what a machine of its own needs: root, and namespaces.
const test = await testsNeeding("openbao", "machine");

async function command(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

interface Obstacle {
  /** Puts it in the way; the answer takes it away. */
  readonly put: (at: Bench["directory"]["at"]) => Promise<() => Promise<void>>;
  readonly said: RegExp;
  /** The certificate has no target: its service reads the store. */
  readonly direct?: boolean;
}

const OBSTACLES: Readonly<Record<string, Obstacle>> = {
  "a set that is a mount point": {
    put: async (at) => {
      await command("mount", "--bind", at(`store/${NAME}`), at(`store/${NAME}`));
      return () => command("umount", at(`store/${NAME}`));
    },
    said: /resource busy/,
  },
  "a set that is immutable": {
    put: async (at) => {
      await command("chattr", "+i", at(`store/${NAME}`));
      return () => command("chattr", "-i", at(`store/${NAME}`));
    },
    said: /operation not permitted/,
  },
  "a store that is immutable": {
    put: async (at) => {
      await command("chattr", "+i", at("store"));
      return () => command("chattr", "-i", at("store"));
    },
    said: /operation not permitted/,
  },
  "too few inodes for all files of a set": {
    put: async (at) => {
      await command("cp", "-a", at("store"), at("copy"));
      // The root, the lock, the directory of pending actions, the old set with 5 files, and 4 more.
      const options = "mode=700,nr_inodes=13";
      await command("mount", "-t", "tmpfs", "-o", options, "vcm-test", at("store"));
      await command("cp", "-aT", at("copy"), at("store"));
      return () => command("umount", at("store"));
    },
    said: /no space left on device/,
  },
  "a file where the pending actions should be": {
    put: async (at) => {
      await command("rm", "-rf", at("store/.pending"));
      await Deno.writeTextFile(at("store/.pending"), "");
      return () => Deno.remove(at("store/.pending"));
    },
    said: /\.pending/,
    direct: true,
  },
  "a directory where a pending action should be": {
    put: async (at) => {
      await Deno.mkdir(at("store/.pending/command:hook/x"), { recursive: true });
      return () => command("rm", "-r", at("store/.pending/command:hook"));
    },
    said: /\.pending/,
    direct: true,
  },
};

for (const [what, { put, said, direct = false }] of Object.entries(OBSTACLES)) {
  test(`nothing is asked for in vain with ${what}`, () =>
    withServer({}, async ({ bao }) => {
      const env = { VAULT_TOKEN: bao.token };
      using bench = makeBench();
      const { at } = bench.directory;
      const certs = (more: string) =>
        direct
          ? `  - name: "${NAME}"\n    service:\n      - name: hook\n        command: [/bin/true]\n    ${more}\n`
          : certificate(bench.directory, NAME, more);
      bench.configure(settings(bao), certs("dns_sans: []"));
      assertWell(await bench.vcm(["run"], env));
      bench.configure(settings(bao), certs('dns_sans: ["api.example.test"]'));
      const issued = await countIssued(bao);
      const remove = await put(at);
      try {
        for (let run = 0; run < 2; run++) {
          const { status, out } = await bench.vcm(["run"], env);
          assert.equal(status, 1, out);
          assert.match(out, said);
          assert.equal(await countIssued(bao), issued);
        }
      } finally {
        await remove();
      }
      assertWell(await bench.vcm(["run"], env));
      assert.equal(await countIssued(bao), issued + 1);
      assert.deepEqual(
        bench.directory.tree().filter((name) => /store\/\.(room|new|old)/.test(name)),
        [],
      );
    }));
}

test("a file where an earlier build had its pending actions is nobody's business", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    bench.directory.write("store/.owed", "x");
    Deno.chmodSync(bench.directory.at("store"), 0o700);
    bench.configure(settings(bao), certificate(bench.directory));
    assertWell(await bench.vcm(["run"], env));
    assertWell(await bench.vcm(["check"], env));
    assert.equal(bench.directory.read("store/.owed"), "x");
  }));

test("a set in a lower layer of an overlay is renewed, with what others put beside it", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    const { directory } = bench;
    bench.configure(settings(bao), certificate(directory));
    assertWell(await bench.vcm(["run"], env));
    directory.write(`store/${NAME}/hooks/after.sh`, "script", 0o755);
    directory.write(`store/${NAME}/notes.txt`, "notes", 0o640);
    for (const layer of ["upper", "work"]) Deno.mkdirSync(directory.at(layer));
    const layers = ["lowerdir=store", "upperdir=upper", "workdir=work"]
      .map((one) => one.replace("=", `=${directory.at("")}`)).join(",");
    const options = `${layers},redirect_dir=off`;
    await command("mount", "-t", "overlay", "-o", options, "vcm-test", directory.at("store"));
    try {
      const issued = await countIssued(bao);
      for (const name of ["one.example.test", "two.example.test"]) {
        const certs = certificate(directory, NAME, `dns_sans: ["${name}"]`);
        bench.configure(`${settings(bao)}\nkeep: 1`, certs);
        assertWell(await bench.vcm(["run"], env));
        assert.equal(
          directory.read(`ssl/${NAME}.key`),
          directory.read(`store/${NAME}/privkey.pem`),
        );
      }
      assert.equal(await countIssued(bao), issued + 2);
      assert.equal(directory.read(`store/${NAME}/hooks/after.sh`), "script");
      assert.equal(directory.read(`store/${NAME}/notes.txt`), "notes");
      const mode = (name: string) => (Deno.statSync(directory.at(name)).mode ?? 0) & 0o777;
      assert.equal(mode(`store/${NAME}/hooks/after.sh`), 0o755);
      assert.equal(mode(`store/${NAME}`), 0o700);
      assertWell(await bench.vcm(["check"], env));
    } finally {
      await command("umount", directory.at("store"));
    }
  }));
