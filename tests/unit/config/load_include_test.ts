/** Included files and the host's names, as they are on a real host. */
import assert from "node:assert/strict";
import { canonicalName, fullHostName, shortHostName } from "../../../lib/config/environment.ts";
import { loadConfig } from "../../../lib/config/load.ts";
import { InvalidValue } from "../../../lib/config/scalars/scalar.ts";
import { ConfigError } from "../../../lib/config/diagnostic.ts";

const UID = Deno.uid() ?? 0;
const DANGER = "controls what VCM writes and runs";

/** A directory with a main file that has these lines of `include`, and files beside it. */
async function inDirectory(
  include: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  step: (home: string) => Promise<void>,
): Promise<void> {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "vcm-include-" }));
  try {
    await Deno.mkdir(`${home}/conf.d`);
    await Deno.chmod(`${home}/conf.d`, 0o755);
    const main = `config: {pki: p, role: r}\ninclude: ${include}\n`;
    for (const [name, text] of Object.entries({ "vcm.yaml": main, ...files })) {
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      await Deno.writeFile(`${home}/${name}`, bytes, { mode: 0o644 });
      await Deno.chmod(`${home}/${name}`, 0o644);
    }
    await step(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function names(home: string, main = "vcm.yaml"): Promise<string[]> {
  const { certificates } = await loadConfig(`${home}/${main}`, () => undefined);
  return certificates.map(({ name }) => name);
}

/** What is said against the main file, with the directory as HOME. */
async function refusal(home: string): Promise<string[]> {
  try {
    await names(home);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.replaceAll(home, "HOME").split("\n");
  }
  throw new Error("it was not refused");
}

const cert = (name: string) => `certs: [{name: ${name}}]\n`;

const PLACES = {
  "conf.d/20-b.yaml": cert("b"),
  "conf.d/10-a.yaml": cert("a"),
  "conf.d/30.yml": cert("other-ending"),
  "conf.d/.#10-a.yaml": cert("hidden"),
  "conf.d/40-c.yaml~": cert("backup"),
  "own.yaml": cert("own"),
};

Deno.test("loadConfig() sorts included files by name, and hidden ones need a hidden pattern", async () => {
  const cases: Record<string, string[]> = {
    "conf.d/*.yaml": ["a", "b"],
    "[own.yaml, conf.d/20-b.yaml, ./conf.d/../conf.d/*]": [
      "own",
      "b",
      "a",
      "other-ending",
      "backup",
    ],
    "HOME/conf.d/.*.yaml": ["hidden"],
    "conf.d/*0-*.y*l": ["a", "b"],
    "conf.d/*.none": [],
    "conf.d/2*b.yaml": ["b"],
    "conf.d/*.y.ml": [],
    // The main file is not its own part.
    '"*.yaml"': ["own"],
  };
  for (const [include, expected] of Object.entries(cases)) {
    await inDirectory(include, PLACES, async (home) => {
      const path = `${home}/vcm.yaml`;
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, text.replace("HOME", home));
      assert.deepEqual(await names(home), expected, include);
    });
  }
});

Deno.test("loadConfig() goes from the directory of the file as it was named", async () => {
  await inDirectory("conf.d/*.yaml", PLACES, async (home) => {
    await Deno.mkdir(`${home}/other`);
    await Deno.chmod(`${home}/other`, 0o755);
    await Deno.symlink("../vcm.yaml", `${home}/other/vcm.yaml`);
    await Deno.mkdir(`${home}/other/conf.d`);
    await Deno.chmod(`${home}/other/conf.d`, 0o755);
    assert.deepEqual(await names(home, "other/vcm.yaml"), []);
  });
});

Deno.test("loadConfig() says what it cannot include, all at once", async () => {
  const files = {
    "conf.d/1.yaml": "certs: [{name: a, ttl: 5x}]\n",
    "conf.d/2.yaml": Uint8Array.of(97, 10, 98, 0xe9, 10),
    "file": "",
  };
  await inDirectory(
    "[none.yaml, conf.d/*.yaml, conf.d, file/*.yaml, cnf.d/*.yaml]",
    files,
    async (home) => {
      await Deno.mkdir(`${home}/conf.d/3.yaml`);
      await Deno.symlink("nowhere", `${home}/conf.d/4.yaml`);
      await Deno.symlink("/dev/null", `${home}/conf.d/5.yaml`);
      await Deno.symlink("6.yaml", `${home}/conf.d/6.yaml`);
      assert.deepEqual(await refusal(home), [
        'HOME/vcm.yaml:2:11 include[0]: "HOME/none.yaml" does not exist',
        'HOME/vcm.yaml:2:37 include[2]: "HOME/conf.d" is a directory; to include all of its files, write ' +
        '"HOME/conf.d/*.yaml"',
        'HOME/vcm.yaml:2:45 include[3]: the directory "HOME/file" cannot be read: Not a directory',
        'HOME/vcm.yaml:2:58 include[4]: the directory "HOME/cnf.d" does not exist',
        'HOME/conf.d/1.yaml:1:24 certs[0].ttl: expected a duration such as "14d", got "5x"',
        "HOME/conf.d/2.yaml:2:2: is not UTF-8 from here on; save the file as UTF-8",
        "HOME/conf.d/3.yaml: is a directory",
        "HOME/conf.d/4.yaml: does not exist; if it is a symbolic link, fix its target",
        "HOME/conf.d/5.yaml: is not a regular file",
        "HOME/conf.d/6.yaml: cannot be read: Too many symbolic links",
      ]);
    },
  );
});

Deno.test("loadConfig() trusts an included file as it does the main one", async () => {
  await inDirectory("[conf.d/*.yaml, own.yaml]", PLACES, async (home) => {
    await Deno.chmod(`${home}/conf.d/20-b.yaml`, 0o666);
    await Deno.mkdir(`${home}/open`);
    await Deno.chmod(`${home}/open`, 0o777);
    await Deno.rename(`${home}/own.yaml`, `${home}/open/own.yaml`);
    await Deno.symlink("open/own.yaml", `${home}/own.yaml`);
    assert.deepEqual(await refusal(home), [
      "HOME/conf.d/20-b.yaml: not trusted: the file HOME/conf.d/20-b.yaml is writable by every " +
      `user (mode 0666), and anyone who can change this file ${DANGER}; fix: chmod go-w ` +
      "HOME/conf.d/20-b.yaml",
      "HOME/own.yaml: not trusted: the directory HOME/open is writable by every user (mode 0777), " +
      `and anyone who can change this file ${DANGER}; fix: chmod go-w HOME/open`,
    ]);
  });
});

Deno.test("loadConfig() refuses a directory that others may write to, even if no file matches", async () => {
  for (const files of [PLACES, {}]) {
    await inDirectory("conf.d/*.yaml", files, async (home) => {
      await Deno.chmod(`${home}/conf.d`, 0o775);
      assert.deepEqual(await refusal(home), [
        "HOME/vcm.yaml:2:10 include: not trusted: the directory HOME/conf.d is writable by its " +
        `group (mode 0775), and anyone who can put a file there ${DANGER}; fix: chmod go-w ` +
        "HOME/conf.d",
      ]);
    });
  }
});

Deno.test({
  name: "loadConfig() refuses an included file or directory of another user",
  // Only root can give a file away.
  ignore: UID !== 0,
  fn: () =>
    inDirectory("conf.d/*.yaml", { "conf.d/1.yaml": cert("a") }, async (home) => {
      await Deno.chown(`${home}/conf.d/1.yaml`, 12345, 12345);
      assert.deepEqual(await refusal(home), [
        "HOME/conf.d/1.yaml: not trusted: the file HOME/conf.d/1.yaml is owned by user 12345, not " +
        `by root, and anyone who can change this file ${DANGER}; fix: chown root HOME/conf.d/1.yaml`,
      ]);
      await Deno.chown(`${home}/conf.d`, 12345, 12345);
      assert.deepEqual(await refusal(home), [
        "HOME/vcm.yaml:2:10 include: not trusted: the directory HOME/conf.d is owned by user 12345, " +
        `not by root, and anyone who can put a file there ${DANGER}; fix: chown root HOME/conf.d`,
      ]);
    }),
});

Deno.test("loadConfig() puts in the host's name and the variables it is given", async () => {
  const text = "certs: [{name: '${HOSTNAME}.${VCM_SITE}', role: '${VCM_ROLE:-web}'}]\n";
  await inDirectory("'${VCM_SITE}.yaml'", { "berlin.yaml": text }, async (home) => {
    const asked: string[] = [];
    const { certificates } = await loadConfig(`${home}/vcm.yaml`, (name) => {
      asked.push(name);
      return name === "VCM_SITE" ? "berlin" : undefined;
    });
    assert.deepEqual(
      certificates.map(({ name, role }) => [name, role]),
      [[`${Deno.hostname().split(".")[0]}.berlin`, "web"]],
    );
    assert.deepEqual(asked, ["VCM_SITE", "VCM_ROLE"]);
  });
});

Deno.test("the host's names are those that the system gives", () => {
  assert.equal(shortHostName(), Deno.hostname().split(".")[0]);
  const full = fullHostName();
  const name = Deno.hostname();
  if (typeof full === "string") assert.match(full, /^[^.]+\../);
  else {
    assert.ok(full instanceof InvalidValue);
    assert.equal(
      full.message,
      `cannot expand \${FQDN}: the host name "${name}" has no domain; add one in /etc/hosts ` +
        `("ADDRESS ${name}.example.com ${name}"), or write the name itself`,
    );
  }
});

Deno.test("canonicalName() reads /etc/hosts as the resolver does", () => {
  const hosts = "# 10.0.0.9 no.example.com web1\n127.0.0.1 localhost.localdomain localhost web1\n" +
    "127.0.1.1 web1\n10.0.0.1\tweb1.example.com   web1 # own\n10.0.0.2 db.example.com db\n" +
    "10.0.0.3 mail.example.com\n10.0.0.4\n";
  const cases: Record<string, string | undefined> = {
    web1: "web1.example.com",
    db: "db.example.com",
    mail: undefined,
    "mail.example.com": "mail.example.com",
    localhost: undefined,
    own: undefined,
    web: undefined,
  };
  for (const [name, full] of Object.entries(cases)) {
    assert.equal(canonicalName(hosts, name), full, name);
  }
});
