/** A host with real parts: systemd and nginx in a machine, OpenBao beside it, the compiled VCM. */
import { assert } from "./assert.ts";
import { type ExecResult, type Machine, startMachine } from "../support/machine.ts";
import { type OpenBao, type OpenBaoOptions, startOpenBao } from "../support/openbao.ts";
import { type AppRoleLogin, setUpPki } from "../support/set_up_pki.ts";
import { compiledVcm } from "../support/vcm.ts";

export interface Scene extends AsyncDisposable {
  readonly directory: string;
  readonly machine: Machine;
  readonly bao: OpenBao;
  readonly login: AppRoleLogin;
  /** Writes vcm.yaml: settings for this server, and the given certificates. */
  configure(certs: string): Promise<void>;
  /** Runs the compiled VCM in the machine. */
  vcm(...args: string[]): Promise<ExecResult>;
  /** Runs systemctl in the machine; throws where it fails. */
  systemctl(...args: string[]): Promise<string>;
  /** Ends the server for the rest of the scene. */
  stopServer(): Promise<void>;
  /** Lines of the server's audit log: two a request. */
  auditLines(): Promise<number>;
  /** Inode, times, mode and owner of all that lies below the directory's `store` and `ssl`. */
  snapshot(): Promise<Record<string, string>>;
}

export async function startScene(options: OpenBaoOptions = {}): Promise<Scene> {
  const binary = await compiledVcm();
  const directory = await Deno.makeTempDir({ prefix: "vcm-e2e-" });
  await Deno.mkdir(`${directory}/ssl`);
  const bao = await startOpenBao({ audit: true, ...options });
  const login = await setUpPki(bao);
  const machine = await startMachine();
  let stopping: Promise<void> | undefined;
  const vcm: Scene["vcm"] = (...args) =>
    machine.exec([binary, ...args, "--config", `${directory}/vcm.yaml`]);
  return {
    directory,
    machine,
    bao,
    login,
    vcm,
    configure: (certs) =>
      Deno.writeTextFile(`${directory}/vcm.yaml`, head(directory, bao, login) + certs, {
        mode: 0o600,
      }),
    systemctl: async (...args) => {
      const { code, stdout, stderr } = await machine.exec(["systemctl", ...args], {
        env: { TZ: "UTC" },
      });
      assert.equal(code, 0, `systemctl ${args.join(" ")}: ${stderr}`);
      return stdout.trim();
    },
    stopServer: () => stopping ??= bao.close(),
    auditLines: async () => (await Deno.readTextFile(bao.auditFile ?? "")).split("\n").length,
    snapshot: async () => ({
      ...await snapshot(`${directory}/store`),
      ...await snapshot(`${directory}/ssl`),
    }),
    [Symbol.asyncDispose]: async () => {
      await machine.close();
      await (stopping ?? bao.close());
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function head(directory: string, bao: OpenBao, login: AppRoleLogin): string {
  return `config:
  vault: "${bao.address}"
  vault_role_id: "${login.roleId}"
  vault_secret_id: "${login.secretId}"
  pki: "pki"
  role: "web"
  renew: "10d"
  ttl: "60d"
  cert_store: "${directory}/store"
certs:
`;
}

async function snapshot(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    const { ino, mtime, ctime, mode, uid, gid } = await Deno.lstat(path);
    found[path] = [ino, mtime?.toISOString(), ctime?.toISOString(), mode, uid, gid].join(" ");
    if (entry.isDirectory) Object.assign(found, await snapshot(path));
  }
  return found;
}

/** One certificate that deploys a pair for one service. */
export function pairFor(scene: Scene, name: string, service: string, more = ""): string {
  return `  - name: "${name}"
${more}    deploy:
      - fullchain: "${scene.directory}/ssl/${name}.crt"
        mode: "0644"
      - privkey: "${scene.directory}/ssl/${name}.key"
        owner: root
        group: root
        mode: "0600"
    service:
      - ${service}
`;
}

/** The same without a service. */
export function pairAlone(scene: Scene, name: string, more = ""): string {
  return pairFor(scene, name, "", more).replace(/ {4}service:[^]*$/, "");
}

/** A unit that counts its reloads, and whose reload fails while a file `broken` lies there. */
export async function writeCountingUnit(scene: Scene, unit: string): Promise<void> {
  const { directory } = scene;
  await scene.machine.writeUnit(
    unit,
    `[Service]
ExecStart=/bin/sleep 600
ExecReload=/bin/sh -c 'test ! -e ${directory}/broken && echo ${unit} >> ${directory}/reloads'
`,
  );
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", unit);
}

/** Units in the order in which they were reloaded. */
export async function reloads(scene: Scene): Promise<string[]> {
  const text = await Deno.readTextFile(`${scene.directory}/reloads`).catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
