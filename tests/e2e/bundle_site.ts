/** A host with one certificate, which is deployed as a bundle and, beside it, as a file. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { PARTS } from "../../lib/certificate/types.ts";
import type { OpenBao } from "../support/openbao.ts";
import { type Fault, type FileChange, recordChanges, runWithFault } from "../support/strace.ts";
import { compiledVcm, runVcm, type VcmResult } from "../support/vcm.ts";
import { assert } from "./assert.ts";

export const NAME = "web.bundle.test";

// A user and a group with this number need not be there.
const SERVICE = 4321;

/** Texts of a set's files, by their parts. */
export type SetTexts = Readonly<Record<typeof PARTS[number], string>>;

export interface BundleSite extends AsyncDisposable {
  /** Holds `vcm.yaml`, `store` and `ssl`. */
  readonly directory: string;
  /** The bundle's link. */
  readonly link: string;
  /** What judges finds fault where this file is. */
  readonly broken: string;
  vcm(...args: string[]): Promise<VcmResult>;
  /** Keeps the directory as it is, to be brought back by `reset()`. */
  save(): Promise<void>;
  reset(): Promise<void>;
  /** Tells what a run changes; paths are below the directory. */
  record(): ReturnType<typeof recordChanges>;
  disturb(change: FileChange, fault: Fault): ReturnType<typeof runWithFault>;
}

export async function makeBundleSite(bao: OpenBao): Promise<BundleSite> {
  const binary = await compiledVcm();
  const root = await Deno.makeTempDir({ prefix: "vcm-bundle-" });
  const [directory, saved] = [`${root}/host`, `${root}/saved`];
  await Deno.mkdir(`${directory}/ssl`, { recursive: true });
  await Deno.writeTextFile(`${directory}/vcm.yaml`, configuration(bao.address, root), {
    mode: 0o600,
  });
  const env = { VAULT_TOKEN: bao.token };
  const line = ["--config", `${directory}/vcm.yaml`];
  // Whoever runs it has a narrow umask, which must not keep a service from its files.
  const argv = ["/bin/sh", "-c", 'umask 077; exec "$@"', "sh", binary, "run", ...line];
  return {
    directory,
    link: `${directory}/ssl/web`,
    broken: `${root}/broken`,
    vcm: (...args) => runVcm([...args, ...line], { env }),
    save: () => copy(directory, saved),
    reset: async () => {
      await Deno.remove(directory, { recursive: true });
      await copy(saved, directory);
    },
    record: async () => {
      const { changes, ...traced } = await recordChanges(argv, directory, env);
      const below = (path: string) => path.slice(directory.length + 1);
      return { ...traced, changes: changes.map((one) => ({ ...one, path: below(one.path) })) };
    },
    disturb: (change, fault) =>
      runWithFault(argv, { ...change, path: `${directory}/${change.path}` }, fault, env),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** The set that the link leads to, whole and belonging together; `undefined` without a link. */
export async function linkedSet({ link }: BundleSite): Promise<SetTexts | undefined> {
  const directory = await Deno.realPath(link).catch(() => undefined);
  if (directory === undefined) {
    await assert.rejects(Deno.lstat(link), Deno.errors.NotFound, "the link leads nowhere");
    return undefined;
  }
  const texts = await Promise.all(PARTS.map(async (part) => {
    const path = `${directory}/${part}.pem`;
    const { mode, uid, gid } = await Deno.lstat(path);
    const desired = part === "privkey" ? 0o600 : 0o644;
    assert.deepEqual([(mode ?? 0) & 0o7777, uid, gid], [desired, SERVICE, SERVICE], path);
    return [part, await Deno.readTextFile(path)] as const;
  }));
  const set = Object.fromEntries(texts) as SetTexts;
  assertPair(set.cert, set.privkey);
  assert.equal(set.fullchain, set.cert + set.chain);
  return set;
}

export function assertPair(cert: string, key: string): void {
  const belongs = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  assert.ok(belongs, "key and certificate belong together");
}

/** Asserts that the link leads to the stored set, and nothing is to be done or left over. */
export async function assertInOrder(site: BundleSite): Promise<void> {
  const set = await linkedSet(site);
  for (const part of PARTS) {
    const stored = await Deno.readTextFile(`${site.directory}/store/${NAME}/${part}.pem`);
    assert.equal(set?.[part], stored, part);
  }
  assert.equal(await Deno.readTextFile(`${site.directory}/ssl/web.crt`), set?.fullchain);
  const directory = await Deno.readLink(site.link);
  assert.deepEqual(listing(`${site.directory}/ssl`), [directory, "web", "web.crt"].sort());
  assert.deepEqual(listing(`${site.directory}/store`), [".lock", ".pending", NAME].sort());
  const { code, stdout, stderr } = await site.vcm("run");
  assert.deepEqual([code, stdout, stderr], [0, "Nothing to do: 1 certificate in order\n", ""]);
  assert.equal((await site.vcm("check")).code, 0);
}

function listing(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

/** With owners, modes, times and links. */
async function copy(from: string, to: string): Promise<void> {
  const args = ["--archive", "--no-target-directory", from, to];
  const { success, stderr } = await new Deno.Command("cp", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** JSON is YAML. */
function configuration(address: string, root: string): string {
  const directory = `${root}/host`;
  const service = String(SERVICE);
  return JSON.stringify({
    config: {
      vault: address,
      pki: "pki",
      role: "web",
      renew: "10d",
      ttl: "60d",
      cert_store: `${directory}/store`,
    },
    certs: [{
      name: NAME,
      deploy: [
        { bundle: `${directory}/ssl/web`, owner: service, group: service },
        { fullchain: `${directory}/ssl/web.crt` },
      ],
      service: [{
        name: "loader",
        command: ["test", "-e", `${directory}/ssl/web/privkey.pem`],
        validate: ["test", "!", "-e", `${root}/broken`],
      }],
    }],
  });
}
