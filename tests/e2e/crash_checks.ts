/** What holds on a host after a run that was disturbed, and after the next one. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import { type Part, PARTS } from "../../lib/certificate/types.ts";
import { exists } from "../support/part.ts";
import { assert } from "./assert.ts";
import { NAMES, NEW_NAME, type Site } from "./crash_site.ts";

/** Files by their names, and their texts. */
type Texts = Readonly<Record<string, string>>;

/** Deployed files, and stored sets by the names of their certificates. */
export interface Look {
  readonly targets: Texts;
  readonly sets: Readonly<Record<string, Texts>>;
}

export async function lookAt(site: Site): Promise<Look> {
  const sets = await Promise.all(NAMES.map(async (name) => [name, await readSet(site, name)]));
  return { targets: await readTargets(site), sets: Object.fromEntries(sets) };
}

/**
 * Asserts that each deployed file is the old one or the new one, whole, that each set in the store
 * is whole, and that nobody can read more than was asked for.
 *
 * @returns Certificates whose new set is in the store, and those whose files are of two sets.
 */
export async function assertNothingHalf(site: Site, before: Look) {
  const now = await lookAt(site);
  for (const name of NAMES) assertWhole(name, now.sets[name] ?? {});
  for (const path of walk(site.directory)) {
    if (/^store\/archive\/[^/]+\/[^/]+$/.test(path)) {
      const files = PARTS.map((what) => `${what}.pem`);
      assertWhole(path, await readFiles(`${site.directory}/${path}`, files));
    }
  }
  for (const { file, certificate, what, inPlace } of site.desired) {
    const text = now.targets[file];
    const old = before.targets[file];
    if (text === old || text === now.sets[certificate]?.[`${what}.pem`]) continue;
    // It can be half written, and then what it was is beside it.
    const kept = inPlace && await readFiles(`${site.directory}/ssl`, [`.${file}.vcm-old`]);
    assert.equal(kept?.[`.${file}.vcm-old`] ?? text, old, `${file} is neither old nor new`);
  }
  await assertMetricsWhole(site);
  await assertClosed(site);
  const stored = NAMES.filter((name) =>
    now.sets[name]?.["cert.pem"] !== before.sets[name]?.["cert.pem"]
  );
  const mixed = NAMES.filter((name) => {
    const files = site.desired.filter(({ certificate }) => certificate === name);
    const old = files.filter(({ file }) => now.targets[file] === before.targets[file]);
    return old.length > 0 && old.length < files.length;
  });
  return { stored, mixed };
}

/** Asserts that the runs before left nothing to do, and nothing behind. */
export async function assertInOrder(site: Site): Promise<void> {
  const { directory, services, start, desired } = site;
  const { targets, sets } = await lookAt(site);
  for (const [name, set] of Object.entries(sets)) {
    const { subjectAltName } = new X509Certificate(set["cert.pem"] ?? "");
    assert.ok(subjectAltName?.includes(NEW_NAME), `${name} lacks ${NEW_NAME}`);
  }
  for (const { file, certificate, what, id, mode } of desired) {
    assert.equal(targets[file], sets[certificate]?.[`${what}.pem`], `${file} is the stored one`);
    const info = await Deno.lstat(`${directory}/ssl/${file}`);
    assert.deepEqual([permissions(info), info.uid, info.gid], [mode, id, id], file);
  }
  if (start.service === "reads the store") {
    for (const [name, set] of Object.entries(sets)) {
      const loaded = await readFiles(`${services}/loaded/${name}`, Object.keys(set));
      assert.deepEqual(loaded, set, `the service has loaded the new set of ${name}`);
    }
  } else {
    const files = Object.keys(targets);
    const judges = start.service === "judges" ? ["judged"] : [];
    for (const place of ["loaded", ...judges]) {
      assert.deepEqual(await readFiles(`${services}/${place}`, files), targets, place);
    }
    const ssl = permissions(await Deno.lstat(`${directory}/ssl`));
    assert.equal(ssl.toString(8), "755", "services can enter ssl");
  }
  assertNothingLeft(site);
  await assertClosed(site);
  await assertMetricsWhole(site, "vcm_run_success 1");
  const check = await site.vcm("check");
  assert.equal(check.code, 0, check.stdout + check.stderr);
  const asked = site.asked();
  const { code, stdout, stderr } = await site.vcm("run");
  const nothing = "Nothing to do: 2 certificates in order\n";
  assert.deepEqual([code, stdout, stderr, site.asked()], [0, nothing, "", asked]);
}

/** Serial numbers of certificates that the server issued since the start and the store does not hold. */
export async function wasted(site: Site): Promise<readonly string[]> {
  const certificates = [...walk(site.directory)].filter((path) =>
    /^store\/.*\/cert\.pem$/.test(path)
  );
  const held = await Promise.all(certificates.map(async (path) => {
    const text = await Deno.readTextFile(`${site.directory}/${path}`);
    return text.trim() === "" ? "" : parseCertificate(text).serial;
  }));
  return site.issued().filter((serial) => !held.includes(serial));
}

/** Asserts that a run logs in once at most, and that its token does not outlive it. */
export function assertLoggedOut(site: Site, runs = 1): void {
  const { begun, ended } = site.logins();
  assert.ok(begun <= runs && ended === begun, `${ended} of ${begun} logins ended, in ${runs} runs`);
}

/** Absent, or whole. */
async function assertMetricsWhole(
  { directory, start }: Site,
  line = "vcm_build_info",
): Promise<void> {
  const [text] = Object.values(await readFiles(`${directory}/metrics`, ["vcm.prom"]));
  if (start.login === undefined || text === undefined) return;
  assert.ok(text.includes(`\n${line}`) && text.endsWith("\n"), `half a file of metrics: ${text}`);
}

const ARCHIVE = "store/archive";

function assertNothingLeft({ directory, desired }: Site): void {
  const known = new Set([
    ...["log", "lost+found", "metrics", "metrics/vcm.prom", "ssl", "vcm.yaml"],
    ...["store", "store/.lock", "store/.pending"],
    ...desired.map(({ file }) => `ssl/${file}`),
    ...NAMES.map((name) => `store/${name}`),
    ...NAMES.flatMap((name) => PARTS.map((what) => `store/${name}/${what}.pem`)),
  ]);
  const left = [...walk(directory)].filter((path) => !known.has(path) && !path.startsWith(ARCHIVE));
  assert.deepEqual(left, [], "nothing is left over");
}

/**
 * The store is for its owner alone. What is made beside a target is as wide as the target at most,
 * and not before it belongs to whom the target shall belong to.
 */
async function assertClosed({ directory, desired }: Site): Promise<void> {
  for (const path of walk(directory)) {
    const info = await Deno.lstat(`${directory}/${path}`);
    const mode = permissions(info);
    const said = `${path} has mode ${mode.toString(8)} and belongs to ${info.uid}:${info.gid}`;
    const file = /^ssl\/\.*(.*?)(?:\.vcm-(?:new|old))*$/.exec(path)?.[1];
    const wanted = desired.find((one) => one.file === file);
    // A directory that is being made is empty, and takes its name when all may enter it.
    if (path === "ssl" || path === ".ssl.vcm-new" || path.startsWith("metrics")) continue;
    if (wanted === undefined) {
      assert.equal(mode & 0o077, 0, said);
      continue;
    }
    assert.equal(mode & ~(wanted.mode | 0o600), 0, said);
    const isGiven = info.uid === wanted.id && info.gid === wanted.id;
    assert.ok(isGiven || (mode & 0o077) === 0, said);
  }
}

/** A set has all its files, and they belong together. */
function assertWhole(name: string, set: Texts): void {
  if (Object.keys(set).length === 0) return;
  const text = (what: Part) => set[`${what}.pem`] ?? assert.fail(`${name} has no ${what}.pem`);
  const leaf = text("cert");
  assert.equal(text("fullchain"), leaf + text("chain"), `fullchain.pem of ${name}`);
  const key = createPrivateKey(text("privkey"));
  assert.ok(new X509Certificate(leaf).checkPrivateKey(key), `the key of ${name} is another's`);
  assert.ok(new X509Certificate(text("ca")).ca, `ca.pem of ${name}`);
}

/**
 * The set as readers see it: between the two renames of a switch it is the staged one, and a
 * committed one counts in any case.
 */
async function readSet({ directory }: Site, name: string): Promise<Texts> {
  const at = (prefix: string) => `${directory}/store/${prefix}${name}`;
  const files = PARTS.map((what) => `${what}.pem`);
  if (await exists(at(".next-"))) return await readFiles(at(".next-"), files);
  if (await exists(at(""))) return await readFiles(at(""), files);
  if (!await exists(at(".old-"))) return {};
  return await readFiles(await exists(at(".new-")) ? at(".new-") : at(".old-"), files);
}

function readTargets({ directory, desired }: Site): Promise<Texts> {
  return readFiles(`${directory}/ssl`, desired.map(({ file }) => file));
}

/** Those that are there. */
async function readFiles(directory: string, files: readonly string[]): Promise<Texts> {
  const texts: Record<string, string> = {};
  for (const file of files) {
    const path = `${directory}/${file}`;
    if (await exists(path)) texts[file] = await Deno.readTextFile(path);
  }
  return texts;
}

function permissions({ mode }: Deno.FileInfo): number {
  return (mode ?? 0) & 0o7777;
}

/** Paths of all that lies below a directory. */
function* walk(directory: string, prefix = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${directory}/${prefix}`)) {
    yield `${prefix}${name}`;
    if (isDirectory) yield* walk(directory, `${prefix}${name}/`);
  }
}
