/** What the crash tests run on: a host with 2 certificates, their files, and what loads these. */
import { type Part, PARTS } from "../../lib/certificate/types.ts";
import { type DiskImage, mountImage } from "../support/disk_image.ts";
import { startFront } from "../support/faulty_proxy.ts";
import type { OpenBao } from "../support/openbao.ts";
import type { AppRoleLogin } from "../support/set_up_pki.ts";
import {
  type Fault,
  type FileChange,
  recordChanges,
  recordReads,
  runWithFault,
} from "../support/strace.ts";
import { compiledVcm, runVcm, type VcmResult } from "../support/vcm.ts";

export const NAMES = ["a.crash.test", "b.crash.test"] as const;

/** What the wished certificates have and the old ones lack. */
export const NEW_NAME = "new.crash.test";

/** How things are before a run that is disturbed. */
export interface Start {
  /** Old files are there, and another name is wished for; else there is nothing at all. */
  readonly renews: boolean;
  /**
   * One service loads the deployed files, or judges them before (`validate`, for which the old ones
   * are kept beside them), or nothing is deployed and each certificate has a service that reads the
   * store.
   */
  readonly service: "loads" | "judges" | "reads the store";
  /** What is there at the start is the lower layer of an overlay. */
  readonly overlay?: boolean;
  /** All is on a disk of its own, mounted with these options. */
  readonly disk?: string;
  /** There are targets that are written in place and a file of metrics, and each run logs in. */
  readonly login?: AppRoleLogin;
}

/** A deployed file, as the configuration wishes it. */
export interface Desired {
  /** Below the directory `ssl`. */
  readonly file: string;
  readonly certificate: string;
  readonly what: Part;
  readonly id: number;
  readonly mode: number;
  readonly inPlace?: true;
}

// A user and a group with this number need not be there.
const SERVICE = 4321;

const WISHES: readonly Desired[] = NAMES.flatMap((certificate) => [
  { file: `${certificate}.crt`, certificate, what: "cert", id: 0, mode: 0o644 },
  { file: `${certificate}.pem`, certificate, what: "fullchain", id: SERVICE, mode: 0o444 },
  { file: `${certificate}.key`, certificate, what: "privkey", id: SERVICE, mode: 0o640 },
]);

const IN_PLACE: readonly Desired[] = NAMES.flatMap((certificate) => {
  const more = { certificate, id: 0, inPlace: true } as const;
  return [
    { ...more, file: `${certificate}.place.pem`, what: "fullchain", mode: 0o644 },
    { ...more, file: `${certificate}.place.key`, what: "privkey", mode: 0o600 },
  ];
});

export interface Site extends AsyncDisposable {
  readonly start: Start;
  /** Holds `vcm.yaml`, `store`, `ssl` and `log`. */
  readonly directory: string;
  /** A service loads files by copying them into its directory `loaded`, and judges in `judged`. */
  readonly services: string;
  readonly desired: readonly Desired[];
  readonly disk: DiskImage | undefined;
  /** Makes the directory as it is now the start. */
  save(): Promise<void>;
  /** Brings the directory back to the start. */
  reset(): Promise<void>;
  /** Runs VCM to its end. */
  vcm(...args: string[]): Promise<VcmResult>;
  /** Runs it, and tells what it changes; paths are below the directory. */
  record(): ReturnType<typeof recordChanges>;
  /** Runs a command, and tells what it reads; paths are below the directory. */
  recordReads(...args: string[]): ReturnType<typeof recordReads>;
  /** Runs it with a fault. */
  disturb(
    change: FileChange,
    fault: Fault,
    lasting?: boolean,
    ...args: string[]
  ): ReturnType<typeof runWithFault>;
  /** How many certificates the server was asked for since the start. */
  asked(): number;
  /** Serial numbers of those that it issued since the start. */
  issued(): readonly string[];
  /** How many logins there were since the start, and how many of their tokens were revoked. */
  logins(): { readonly begun: number; readonly ended: number };
}

export async function makeSite(bao: OpenBao, start: Start): Promise<Site> {
  const binary = await compiledVcm();
  await using stack = new AsyncDisposableStack();
  const serials: string[] = [];
  const front = stack.use(startFront(bao, () => undefined, async (path, answer) => {
    if (!path.startsWith("pki/issue/")) return answer;
    const text = await answer.text();
    const { data } = JSON.parse(text);
    if (answer.ok) serials.push(data.serial_number);
    return new Response(text, { status: answer.status });
  }));
  const root = await Deno.makeTempDir({ prefix: "vcm-crash-" });
  stack.defer(() => Deno.remove(root, { recursive: true }));
  const [directory, saved] = [`${root}/host`, `${root}/saved`];
  const env: Readonly<Record<string, string>> = start.login ? {} : { VAULT_TOKEN: bao.token };
  const line = ["--config", `${directory}/vcm.yaml`];
  // Whoever runs it has a narrow umask, which must not keep a service from its files.
  const argv = (...args: string[]) => {
    const command = [binary, ...(args.length === 0 ? ["run"] : args), ...line];
    return ["/bin/sh", "-c", 'umask 077; exec "$@"', "sh", ...command];
  };
  const configure = (names: readonly string[]) =>
    Deno.writeTextFile(`${directory}/vcm.yaml`, configuration(front.address, root, start, names), {
      mode: 0o600,
    });
  const vcm: Site["vcm"] = (...args) => runVcm([...args, ...line], { env });
  const heard = (path: string) =>
    front.heard.slice(heardBefore).filter((it) => it.startsWith(path));
  const below = (path: string) => path.slice(directory.length + 1);
  let [heardBefore, issuedBefore] = [0, 0];

  for (const name of ["host/metrics", "services/loaded", "services/judged"]) {
    await Deno.mkdir(`${root}/${name}`, { recursive: true });
  }
  if (start.renews) {
    await configure([]);
    const { code, stdout, stderr } = await vcm("run");
    if (code !== 0) throw new Error(`Cannot make the old files: ${stdout}${stderr}`);
  }
  await configure([NEW_NAME]);
  await copy(directory, saved);
  if (start.overlay) {
    await mountOverlay(root);
    stack.defer(() => command("umount", directory));
  }
  const disk = start.disk && stack.use(await mountDisk(root, start.disk)) || undefined;
  const blank = await disk?.capture();
  const owned = stack.move();
  return {
    start,
    disk,
    directory,
    services: `${root}/services`,
    desired: wishesOf(start),
    save: async () => {
      await Deno.remove(saved, { recursive: true });
      await copy(directory, saved);
    },
    reset: async () => {
      if (start.overlay) {
        await command("umount", directory);
        await mountOverlay(root);
      } else if (disk && blank) await disk.boot(blank);
      else {
        await Deno.remove(directory, { recursive: true });
        await copy(saved, directory);
      }
      [heardBefore, issuedBefore] = [front.heard.length, serials.length];
    },
    vcm,
    record: async () => {
      const { changes, ...traced } = await recordChanges(argv(), directory, env);
      return { ...traced, changes: changes.map((one) => ({ ...one, path: below(one.path) })) };
    },
    recordReads: async (...args) => {
      const { reads, ...traced } = await recordReads(argv(...args), directory, env);
      return { ...traced, reads: reads.map((one) => ({ ...one, path: below(one.path) })) };
    },
    disturb: async (change, fault, lasting, ...args) => {
      const path = `${directory}/${change.path}`;
      const run = await runWithFault(argv(...args), { ...change, path }, fault, env, lasting);
      // The server may still issue what a killed run asked for.
      await front.idle();
      return run;
    },
    asked: () => heard("pki/issue/").length,
    issued: () => serials.slice(issuedBefore),
    logins: () => ({
      begun: heard("auth/approle/login").length,
      ended: heard("auth/token/revoke-self").length,
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** With owners, modes, times and links. */
async function copy(from: string, to: string): Promise<void> {
  await command("cp", "--archive", "--no-target-directory", from, to);
}

/** Mounts what was saved below a new upper layer, as a container image is. */
async function mountOverlay(root: string): Promise<void> {
  for (const layer of ["upper", "work"]) {
    await command("rm", "-rf", `${root}/${layer}`);
    await Deno.mkdir(`${root}/${layer}`);
  }
  const layers = `lowerdir=${root}/saved,upperdir=${root}/upper,workdir=${root}/work`;
  // The kernel's default: it renames no directory of the lower layer.
  const options = `${layers},redirect_dir=off`;
  await command("mount", "-t", "overlay", "-o", options, "vcm-test", `${root}/host`);
}

/** Mounts a disk that holds what was saved. */
async function mountDisk(root: string, options: string): Promise<DiskImage> {
  await Deno.mkdir(`${root}/disk`);
  const disk = await mountImage(`${root}/disk`, `${root}/host`, options);
  await copy(`${root}/saved`, `${root}/host`);
  await command("sync", "--file-system", `${root}/host`);
  return disk;
}

async function command(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function wishesOf({ service, login }: Start): readonly Desired[] {
  if (service === "reads the store") return [];
  return login === undefined ? WISHES : [...WISHES, ...IN_PLACE];
}

/** JSON is YAML. */
function configuration(
  address: string,
  root: string,
  start: Start,
  names: readonly string[],
): string {
  const host = `${root}/host`;
  const deploy = (certificate: string) =>
    wishesOf(start).filter((desired) => desired.certificate === certificate).map((desired) => ({
      [desired.what]: `${host}/ssl/${desired.file}`,
      owner: String(desired.id),
      group: String(desired.id),
      mode: desired.mode.toString(8).padStart(4, "0"),
      ...(desired.inPlace && { in_place: true }),
    }));
  return JSON.stringify({
    config: {
      vault: address,
      pki: "pki",
      role: "web",
      renew: "10d",
      ttl: "60d",
      cert_store: `${host}/store`,
      create_dirs: true,
      ...(start.service === "reads the store" && { keep: 1 }),
      ...(start.renews ? {} : { log_file: `${host}/log` }),
      ...(start.login && {
        vault_role_id: start.login.roleId,
        vault_secret_id: start.login.secretId,
        metrics_file: `${host}/metrics/vcm.prom`,
      }),
    },
    certs: NAMES.map((name) => ({
      name,
      dns_sans: names,
      deploy: deploy(name),
      service: [serviceOf(start, name, root)],
    })),
  });
}

function serviceOf(start: Start, certificate: string, root: string) {
  const { service } = start;
  const targets = wishesOf(start).map(({ file }) => `${root}/host/ssl/${file}`);
  const loads = ["cp", ...targets, `${root}/services/loaded`];
  const judges = ["cp", ...targets, `${root}/services/judged`];
  const set = PARTS.map((what) => `${root}/host/store/${certificate}/${what}.pem`);
  switch (service) {
    case "loads":
      return { name: "loader", command: loads };
    case "judges":
      return { name: "loader", command: loads, validate: judges };
    case "reads the store": {
      const command = ["install", "-D", "-t", `${root}/services/loaded/${certificate}`, ...set];
      return { name: `loader-${certificate}`, command };
    }
  }
}
