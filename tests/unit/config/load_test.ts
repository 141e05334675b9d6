import assert from "node:assert/strict";
import { findConfig, loadConfig } from "../../../lib/config/load.ts";
import { ConfigError } from "../../../lib/config/diagnostic.ts";

const GOOD = "config: {pki: p, role: r}\ncerts:\n  - name: web\n";
const UID = Deno.uid() ?? 0;

/** Runs a step in a directory of its own that only the running user may write to. */
async function inDirectory(step: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-config-" });
  try {
    await step(await Deno.realPath(directory));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function write(path: string, text: string | Uint8Array, mode = 0o644): Promise<string> {
  await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
  await Deno.chmod(path, mode);
  return path;
}

async function directory(path: string, mode = 0o755): Promise<string> {
  await Deno.mkdir(path);
  await Deno.chmod(path, mode);
  return path;
}

async function refusal(path: string): Promise<string> {
  try {
    await loadConfig(path);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  throw new Error(`${path} was not refused`);
}

const DANGER = "and anyone who can change this file controls what VCM writes and runs";

Deno.test("findConfig() uses the flag, then $VCM_CONFIG, whether or not the file exists", () => {
  const options = { uid: 0, exists: () => false };
  assert.equal(findConfig({ ...options, flag: "a.yaml", env: "b.yaml" }), "a.yaml");
  assert.equal(findConfig({ ...options, env: "b.yaml" }), "b.yaml");
});

Deno.test("findConfig() looks in /etc and, not as root, in the working directory", () => {
  const only = (path: string) => ({ env: "", exists: (asked: string) => asked === path });
  assert.equal(findConfig({ uid: 0, ...only("/etc/vcm/vcm.yaml") }), "/etc/vcm/vcm.yaml");
  assert.equal(findConfig({ uid: 1000, ...only("./vcm.yaml") }), "./vcm.yaml");
  assert.equal(findConfig({ uid: 1000, exists: () => true }), "/etc/vcm/vcm.yaml");
});

Deno.test("findConfig() names the paths that it tried and what to do", () => {
  const say = (places: string) =>
    `vcm.yaml: no configuration file found; looked for ${places}; run "vcm init" to write ` +
    `one, or pass --config FILE, or set $VCM_CONFIG`;
  const root = { uid: 0, exists: (path: string) => path === "./vcm.yaml" };
  assert.throws(() => findConfig(root), {
    name: "ConfigError",
    message: say("/etc/vcm/vcm.yaml"),
  });
  const user = { uid: 1000, exists: () => false };
  assert.throws(() => findConfig(user), { message: say("/etc/vcm/vcm.yaml and ./vcm.yaml") });
});

Deno.test("loadConfig() reads a file and remembers how it was named", async () => {
  await inDirectory(async (home) => {
    for (const text of [GOOD, `\ufeff${GOOD}`]) {
      const path = await write(`${home}/vcm.yaml`, text, 0o600);
      const config = await loadConfig(path);
      assert.equal(config.file, path);
      assert.equal(config.certificates[0]?.name, "web");
    }
  });
});

Deno.test("loadConfig() shows the diagnostics of a file under its name", async () => {
  await inDirectory(async (home) => {
    const path = await write(`${home}/vcm.yaml`, "certs: {}\nconfgi: 1\n");
    assert.equal(
      await refusal(path),
      `${path}:1:1 certs: expected a list whose entries begin with "- ", got a map\n` +
        `${path}:2:1 confgi: unknown key; did you mean "config"?`,
    );
  });
});

Deno.test("loadConfig() says why a file cannot be read", async () => {
  await inDirectory(async (home) => {
    const absent = `${home}/absent.yaml`;
    const missing = "does not exist; pass --config FILE or set $VCM_CONFIG";
    assert.equal(await refusal(absent), `${absent}: ${missing}`);
    assert.equal(await refusal(home), `${home}: is a directory`);
    assert.equal(await refusal("/dev/null"), "/dev/null: is not a regular file");

    const dangling = `${home}/dangling.yaml`;
    await Deno.symlink(absent, dangling);
    assert.equal(await refusal(dangling), `${dangling}: ${missing}`);

    const loop = `${home}/loop.yaml`;
    await Deno.symlink(loop, loop);
    assert.equal(await refusal(loop), `${loop}: cannot be read: Too many symbolic links`);

    const latin = await write(`${home}/latin.yaml`, Uint8Array.of(97, 10, 98, 0xe9, 10));
    assert.equal(
      await refusal(latin),
      `${latin}:2:2: is not UTF-8 from here on; save the file as UTF-8`,
    );

    const big = await write(`${home}/big.yaml`, "");
    await Deno.truncate(big, 16 * 1024 * 1024 + 1);
    assert.equal(
      await refusal(big),
      `${big}: is larger than 16 MiB; check that it is the right file`,
    );

    const empty = await write(`${home}/empty.yaml`, "");
    assert.match(await refusal(empty), /^\S+empty\.yaml:1:1: is empty; /);
  });
});

// Root may read every file; the compiled program's tests show it as another user.
if (UID !== 0) {
  Deno.test("loadConfig() says that the user may not read the file", async () => {
    await inDirectory(async (home) => {
      const path = await write(`${home}/vcm.yaml`, GOOD, 0o000);
      assert.equal(
        await refusal(path),
        `${path}: is not readable by this user; run vcm as its owner or as root`,
      );
    });
  });
}

Deno.test("loadConfig() refuses a file that others may write", async () => {
  await inDirectory(async (home) => {
    const path = await write(`${home}/vcm.yaml`, GOOD, 0o664);
    assert.equal(
      await refusal(path),
      `${path}: not trusted: the file ${path} is writable by its group (mode 0664), ${DANGER}; ` +
        `fix: chmod go-w ${path}`,
    );
    await Deno.chmod(path, 0o646);
    assert.match(await refusal(path), /is writable by every user \(mode 0646\)/);
    await Deno.chmod(path, 0o644);
    await loadConfig(path);
  });
});

Deno.test("loadConfig() refuses a file in a directory that others may write to", async () => {
  await inDirectory(async (home) => {
    const open = await directory(`${home}/my etc`, 0o775);
    const path = await write(`${open}/vcm.yaml`, GOOD);
    assert.equal(
      await refusal(path),
      `${path}: not trusted: the directory ${open} is writable by its group (mode 0775), ${DANGER}; ` +
        `fix: chmod go-w '${open}'`,
    );
    await Deno.chmod(open, 0o1777);
    assert.equal(
      await refusal(path),
      `${path}: not trusted: the directory ${open} is writable by every user (mode 01777), ` +
        `${DANGER}; fix: move the file to a separate directory`,
    );
  });
});

Deno.test("loadConfig() follows links, and trusts each directory on the way or none", async () => {
  await inDirectory(async (home) => {
    const real = await directory(`${home}/real`);
    const middle = await directory(`${home}/middle`);
    const path = await write(`${real}/vcm.yaml`, GOOD);
    await Deno.symlink("../real/vcm.yaml", `${middle}/link.yaml`);
    await Deno.symlink(`${middle}/link.yaml`, `${home}/first.yaml`);
    const link = `${home}/first.yaml`;
    assert.equal((await loadConfig(link)).file, link);

    for (const place of [home, middle, real]) {
      await Deno.chmod(place, 0o777);
      const message = await refusal(link);
      assert.ok(message.includes(`the directory ${place} is writable by every user`), message);
      await Deno.chmod(place, 0o755);
    }
    await Deno.chmod(path, 0o666);
    assert.match(await refusal(link), new RegExp(`the file ${path} is writable by every user`));
  });
});

Deno.test({
  name: "loadConfig() refuses a file or a directory of another user",
  // Only root can give a file away.
  ignore: UID !== 0,
  fn: () =>
    inDirectory(async (home) => {
      const theirs = await directory(`${home}/theirs`);
      const path = await write(`${theirs}/vcm.yaml`, GOOD, 0o666);
      await Deno.chown(path, 12345, 12345);
      await Deno.chown(theirs, 12345, 12345);
      assert.equal(
        await refusal(path),
        `${path}: not trusted: the file ${path} is owned by user 12345, not by root and is ` +
          `writable by every user (mode 0666), ${DANGER}; fix: chown root ${path} && ` +
          `chmod go-w ${path}\n` +
          `${path}: not trusted: the directory ${theirs} is owned by user 12345, not by root, ` +
          `${DANGER}; fix: chown root ${theirs}`,
      );
    }),
});
