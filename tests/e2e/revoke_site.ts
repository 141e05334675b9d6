/** A host with issued certificates that are about to be revoked, for tests that disturb this. */
import { type Part, PARTS } from "../../lib/certificate/types.ts";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import type { OpenBao } from "../support/openbao.ts";
import { exists } from "../support/part.ts";
import { type Fault, type FileChange, recordChanges, runWithFault } from "../support/strace.ts";
import { compiledVcm, runVcm, type VcmResult } from "../support/vcm.ts";
import { assert } from "./assert.ts";

export interface RevokeSite extends AsyncDisposable {
  readonly directory: string;
  /** Serial numbers of the certificates that were issued first, by name. */
  readonly serials: Readonly<Record<string, string>>;
  vcm(...args: string[]): Promise<VcmResult>;
  /** Paths are below the directory; `SERIAL` stands for the certificate's serial number in them. */
  record(...args: string[]): Promise<readonly FileChange[]>;
  disturb(change: FileChange, fault: Fault, ...args: string[]): ReturnType<typeof runWithFault>;
  /** Writes the file; by default with all names and the server itself. */
  configure(names?: readonly string[], address?: string): Promise<void>;
  read(path: string): Promise<string>;
  isRevoked(name: string): Promise<boolean>;
  isPending(name: string): Promise<boolean>;
  /** Serial number of the certificate in the store. */
  stored(name: string): Promise<string | undefined>;
}

export async function makeRevokeSite(
  bao: OpenBao,
  names: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<RevokeSite> {
  const binary = await compiledVcm();
  const directory = await Deno.makeTempDir({ prefix: "vcm-revoke-" });
  const env = { VAULT_TOKEN: bao.token, VAULT_MAX_RETRIES: "0" };
  const config = ["--config", `${directory}/vcm.yaml`];
  const vcm = (...args: string[]) => runVcm([...args, ...config], { env });
  const at = (path: string) => `${directory}/${path}`;
  const read = (path: string) => Deno.readTextFile(at(path));
  const stored = async (name: string) =>
    await exists(at(`store/${name}/cert.pem`))
      ? parseCertificate(await read(`store/${name}/cert.pem`)).serial
      : undefined;
  const configure = (wanted = names, address = bao.address) => {
    const certs = wanted.map((name) => ({
      name,
      deploy: [{ fullchain: at(`ssl/${name}.crt`) }, { privkey: at(`ssl/${name}.key`) }],
    }));
    const settings = { vault: address, pki: "pki", role: "web", renew: "10d", create_dirs: true };
    const text = JSON.stringify({
      config: { ...settings, cert_store: at("store"), ...more },
      certs,
    });
    return Deno.writeTextFile(at("vcm.yaml"), text, { mode: 0o600 });
  };
  await configure();
  const { code, stdout, stderr } = await vcm("run");
  assert.equal(code, 0, stdout + stderr);
  const issued = await Promise.all(names.map(async (name) => [name, await stored(name) ?? ""]));
  const serials: Record<string, string> = Object.fromEntries(issued);
  return {
    directory,
    serials,
    vcm,
    configure,
    read,
    stored,
    record: async (...args) => {
      const { changes, ...traced } = await recordChanges(
        [binary, ...args, ...config],
        directory,
        env,
      );
      assert.equal(traced.code, 0, traced.stdout + traced.stderr);
      return changes.map((change) => ({
        ...change,
        path: Object.values(serials).reduce(
          (path, serial) => path.replace(serial, "SERIAL"),
          change.path.slice(directory.length + 1),
        ),
      }));
    },
    disturb: (change, fault, ...args) => {
      const name = names.find((name) => change.path.includes(name)) ?? "";
      const path = at(change.path.replace("SERIAL", serials[name] ?? ""));
      return runWithFault([binary, ...args, ...config], { ...change, path }, fault, env);
    },
    isRevoked: async (name) => {
      const { body } = await bao.api("GET", `pki/cert/${serials[name]}`);
      return Number(body.data?.["revocation_time"]) > 0;
    },
    isPending: (name) => exists(at(`store/.pending-revocation-${name}`)),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/**
 * Asserts that no command calls a host in order on which a revocation was begun, and that each names
 * the certificate, its serial number and the next command.
 *
 * @returns The names whose revocation is pending.
 */
export async function assertTruth(site: RevokeSite): Promise<readonly string[]> {
  const pending: string[] = [];
  let whole = true;
  for (const [name, serial] of Object.entries(site.serials)) {
    const isStored = await site.stored(name) === serial;
    if (await site.isPending(name)) pending.push(name);
    else {assert.ok(
        !isStored || !await site.isRevoked(name),
        `${name} is revoked, and nothing says so`,
      );}
    whole &&= isStored;
  }
  const check = await site.vcm("check");
  assert.equal(check.code === 0, whole && pending.length === 0, check.stdout + check.stderr);
  if (pending.length === 0) return [];
  const said = [check, await site.vcm("plan"), await site.vcm("status"), await site.vcm("doctor")];
  assert.deepEqual(said.map(({ code }) => code === 0), [false, true, false, false]);
  for (const { stdout } of said) {
    for (const name of pending) {
      const command = new RegExp(`vcm revoke (?:--config \\S+ )?${name.replaceAll(".", "\\.")}`);
      assert.match(stdout, command);
      for (const word of [name, site.serials[name] ?? ""]) {
        assert.ok(stdout.includes(word), `${word} is not in: ${stdout}`);
      }
    }
  }
  return pending;
}

/** Asserts that each archived set is whole, whether or not its key was removed. */
export async function assertArchiveWhole({ directory }: RevokeSite): Promise<void> {
  const root = `${directory}/store/archive`;
  if (!await exists(root)) return;
  for await (const { name } of Deno.readDir(root)) {
    for await (const set of Deno.readDir(`${root}/${name}`)) {
      const files = [...Deno.readDirSync(`${root}/${name}/${set.name}`)].map(({ name }) => name);
      const needed = PARTS.filter((part: Part) => part !== "privkey").map((part) => `${part}.pem`);
      assert.deepEqual(needed.filter((file) => !files.includes(file)), [], set.name);
    }
  }
}

/** Texts of all private keys in the store and its archive. */
export function storedKeys({ directory }: RevokeSite): readonly string[] {
  const walk = (path: string): string[] =>
    [...Deno.readDirSync(path)].flatMap((entry) =>
      entry.isDirectory
        ? walk(`${path}/${entry.name}`)
        : entry.name === "privkey.pem"
        ? Deno.readTextFileSync(`${path}/${entry.name}`)
        : []
    );
  return walk(`${directory}/store`);
}
