/** Files that hold more than VCM writes: what would be lost is named, and what is nowhere else is kept. */
import { assert } from "./assert.ts";
import { opensslTest } from "../support/openssl.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { type LoadSite, NAME, startLoadSite } from "./load_site.ts";

const test = await testsNeeding("openbao");
const OVERWRITE = 'move it away, give another path, or set "overwrite: true" on this target';
const PASSWORD = "changeit";

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr, stdout } = await new Deno.Command(program, { args }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, `${program} ${args.join(" ")}: ${said}`);
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate of another tool, with its key; `openssl req -x509` makes CAs unless told otherwise. */
async function makePair({ directory }: LoadSite, name: string, ca = false): Promise<Pair> {
  const [cert, key] = [directory.at("pair.crt"), directory.at("pair.key")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const more = ca
    ? []
    : ["-addext", `subjectAltName=DNS:${name}`, "-addext", "basicConstraints=CA:FALSE"];
  const out = ["-keyout", key, "-out", cert, "-subj", `/CN=${name}`];
  await run("openssl", "req", "-x509", ...curve, ...out, ...more);
  return { cert: Deno.readTextFileSync(cert), key: Deno.readTextFileSync(key) };
}

/** Deploys once as `targets` say, and returns the texts of the stored set. */
async function deployOnce(site: LoadSite, targets: readonly string[], more?: string) {
  site.configure(targets, more);
  const { code, stdout, stderr } = await site.vcm("run");
  assert.equal(code, 0, stdout + stderr);
  const text = (part: string) => Deno.readTextFileSync(site.stored(part));
  return {
    cert: text("cert"),
    chain: text("chain"),
    full: text("fullchain"),
    key: text("privkey"),
    ca: text("ca"),
  };
}

async function assertReplaced(site: LoadSite, path: string, content: string, lost: string) {
  site.directory.write(path, content);
  const { stdout } = await site.vcm("plan");
  const warning = lost === ""
    ? ""
    : `"${
      site.directory.at(path)
    }" holds more than VCM writes there, which would be lost: ${lost}\n`;
  if (warning === "") assert.ok(!stdout.includes("more than VCM"), stdout);
  else assert.ok(stdout.includes(warning), stdout);
  assert.ok(!stdout.includes("blocked"), stdout);
  const done = await site.vcm("run");
  assert.equal(done.code, 0, done.stdout + done.stderr);
  assert.equal((await site.vcm("check")).code, 0);
}

/** @param held What the file also holds, as messages name it. */
async function assertKept(site: LoadSite, path: string, held: string) {
  const before = Deno.readFileSync(site.directory.at(path));
  const message =
    `"${site.directory.at(path)}" also holds ${held}, not in the store or its archive, ` +
    `so it is not replaced; ${OVERWRITE}`;
  for (const args of [["plan"], ["run"], ["deploy", "--force"], ["check"]]) {
    const { code, stdout, stderr } = await site.vcm(...args);
    assert.equal(code === 0, args[0] === "plan", String(args));
    assert.ok((stdout + stderr).includes(message), `${args}: ${stdout}${stderr}`);
    assert.ok(!stdout.includes(`${path}" holds more than VCM writes`), `${args}: ${stdout}`);
    assert.deepEqual(Deno.readFileSync(site.directory.at(path)), before, String(args));
  }
}

const DH = "-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQI=\n-----END DH PARAMETERS-----\n";

test("what is lost with a file is named, and blocks nothing if it is not a pair", async () => {
  await using site = await startLoadSite();
  const set = await deployOnce(site, ['combined: "SSL/web.pem"']);
  const oldCa = (await makePair(site, "Old Root", true)).cert;
  const other = await makePair(site, "Old Web", true);
  const web = "ssl/web.pem";
  const cases: readonly (readonly [string, string])[] = [
    [set.full + set.key + DH, "DH PARAMETERS"],
    [set.full + oldCa + set.key, 'the CA "Old Root"'],
    [set.cert + set.chain + set.ca + set.key, ""],
    [set.cert + set.key, ""],
    [set.cert + set.chain + set.chain + set.key, ""],
    [oldCa + set.full + oldCa + DH + set.key + DH, 'the CA "Old Root", DH PARAMETERS'],
    [other.cert + other.key, ""],
    [(await makePair(site, "mail.example")).cert, ""],
    [`${set.full}${set.key}${set.key}`, ""],
    ["", ""],
    [set.full.slice(0, 500), ""],
  ];
  for (const [content, lost] of cases) await assertReplaced(site, web, content, lost);

  // The certificate that was deployed before, and that is nowhere else any more.
  assert.equal((await site.vcm("issue", "--force")).code, 0);
  await assertReplaced(site, web, set.full + set.key, "");
});

test("files of the same CA are no loss if there is nothing in the store yet", async () => {
  await using site = await startLoadSite();
  await deployOnce(site, [
    'chain: "SSL/chain.pem"',
    'ca: "SSL/ca.pem"',
    'fullchain: "SSL/web.pem"',
  ]);
  Deno.renameSync(site.directory.at("store"), site.directory.at("old"));
  const { code, stdout } = await site.vcm("run");
  assert.equal(code, 0, stdout);
  assert.doesNotMatch(stdout, /would be lost/);
});

test("a private key or a certificate that is nowhere else is not lost without overwrite", async () => {
  await using site = await startLoadSite();
  const targets = ['combined: "SSL/web.pem"', 'fullchain: "SSL/web.crt"', 'privkey: "SSL/web.key"'];
  const set = await deployOnce(site, targets);
  const mail = await makePair(site, "mail.example");
  const of = (path: string, content: string) => {
    for (const name of ["web.pem", "web.crt", "web.key"]) site.directory.write(`ssl/${name}`, "");
    site.directory.write(path, content);
  };
  const key = 'the private key of "mail.example"';
  const leaf = 'the certificate of "mail.example"';
  for (
    const [path, content, held] of [
      ["ssl/web.pem", set.full + set.key + mail.cert + mail.key, `${key}, ${leaf}`],
      ["ssl/web.pem", mail.cert + mail.key + set.key + set.full, `${key}, ${leaf}`],
      ["ssl/web.pem", set.full + set.key + mail.key, "a private key"],
      ["ssl/web.crt", set.full + mail.cert, leaf],
      ["ssl/web.crt", mail.cert + mail.key, key],
      ["ssl/web.key", mail.key + set.key, "a private key"],
      [
        "ssl/web.key",
        set.key + mail.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
        "a private key",
      ],
    ] as const
  ) {
    of(path, content);
    await assertKept(site, path, held);
  }
  site.configure(targets.with(2, 'privkey: "SSL/web.key", overwrite: true'));
  assert.equal((await site.vcm("run")).code, 0);
  assert.equal(site.directory.read("ssl/web.key"), set.key);
});

test("what is in the store or its archive too is named, and does not block", async () => {
  await using site = await startLoadSite();
  const other = `  - name: "other.e2e.test"\n    deploy:\n      - cert: "${
    site.directory.at("ssl/other.crt")
  }"\n`;
  const first = await deployOnce(site, ['combined: "SSL/web.pem"'], `    keep: 2\n${other}`);
  const stored = (part: string) =>
    Deno.readTextFileSync(site.stored(part).replace(NAME, "other.e2e.test"));
  const pair = stored("cert") + stored("privkey");
  const lost = 'the private key of "other.e2e.test", the certificate of "other.e2e.test"';
  await assertReplaced(site, "ssl/web.pem", pair + first.full + first.key, lost);
  assert.equal((await site.vcm("issue", "--force", NAME)).code, 0);
  const now = Deno.readTextFileSync(site.stored("fullchain"));
  const archived = `the private key of "${NAME}", the certificate of "${NAME}"`;
  await assertReplaced(
    site,
    "ssl/web.pem",
    now + Deno.readTextFileSync(site.stored("privkey")) + first.cert + first.key,
    archived,
  );
});

const keytool = await hasKeytool();

async function hasKeytool(): Promise<boolean> {
  return await new Deno.Command("keytool", { args: ["-J-XX:-UsePerfData", "-help"] }).output()
    .then(({ success }) => success, () => false);
}

Deno.test({
  name: "a keystore with further entries is not replaced, whichever program wrote it",
  ignore: !keytool,
  fn: async () => {
    await using site = await startLoadSite();
    const { directory } = site;
    directory.write("password", `${PASSWORD}\n`);
    const entry = `pkcs12: "SSL/web.p12", password_file: "${
      directory.at("password")
    }", alias: tomcat`;
    site.configure([entry]);
    const path = directory.at("ssl/web.p12");
    const tool = (...args: string[]) => run("keytool", "-J-XX:-UsePerfData", ...args);
    const add = (alias: string, type: string) =>
      tool(
        "-genkeypair",
        "-alias",
        alias,
        "-keyalg",
        "EC",
        "-dname",
        `CN=${alias}.example`,
        "-keystore",
        path,
        "-storepass",
        PASSWORD,
        "-keypass",
        PASSWORD,
        "-storetype",
        type,
      );
    for (const type of ["PKCS12", "JKS"]) {
      await Deno.remove(path).catch(() => {});
      await add("tomcat", type);
      await add("mail", type);
      const pair = '"mail.example" (alias "mail")';
      await assertKept(
        site,
        "ssl/web.p12",
        `the private key of ${pair}, the certificate of ${pair}`,
      );
    }
    // With another password only the names can be told.
    await Deno.remove(path);
    await add("tomcat", "PKCS12");
    await add("mail", "PKCS12");
    directory.write("password", "another one\n");
    await assertKept(site, "ssl/web.p12", 'the private key with the alias "mail"');
    // One entry under another name is the one that is replaced.
    directory.write("password", `${PASSWORD}\n`);
    await Deno.remove(path);
    await add("old", "PKCS12");
    const done = await site.vcm("run");
    assert.equal(done.code, 0, done.stdout + done.stderr);
    await run(
      "keytool",
      "-J-XX:-UsePerfData",
      "-list",
      "-keystore",
      path,
      "-storepass",
      PASSWORD,
      "-alias",
      "tomcat",
    );
    assert.equal((await site.vcm("check")).code, 0);
    // A renamed entry is not a further one.
    site.configure([entry.replace("alias: tomcat", "alias: web")]);
    assert.equal((await site.vcm("run")).code, 0);
    await run(
      "keytool",
      "-J-XX:-UsePerfData",
      "-list",
      "-keystore",
      path,
      "-storepass",
      PASSWORD,
      "-alias",
      "web",
    );
  },
});

opensslTest("a bundle of CAs is named by its first ones and a number", async () => {
  await using site = await startLoadSite();
  const set = await deployOnce(site, ['ca: "SSL/ca.pem"']);
  const roots: string[] = [];
  for (const number of [1, 2, 3, 4, 5, 6]) {
    roots.push((await makePair(site, `Root ${number}`, true)).cert);
  }
  const lost = 'the CA "Root 1", the CA "Root 2", the CA "Root 3", the CA "Root 4", 2 more';
  await assertReplaced(site, "ssl/ca.pem", roots.join("") + set.ca, lost);
  await assertReplaced(site, "ssl/ca.pem", roots[0] ?? "", "");
});
