/** A host on which root runs VCM and a user has directories, with a demo server; needs root. */
import { startDemoServer } from "../../lib/tools/demo/demo_server.ts";
import { compiledVcm } from "../support/vcm.ts";

/** A user whom no file of accounts knows, and so has no group of their own. */
export const USER = 61001;
export const STRANGER = 61002;
/** What such a user's process gets for a group. */
export const NO_GROUP = 65534;

export interface UsersPlace extends AsyncDisposable {
  /** Root's, for all to enter. */
  readonly directory: string;
  at(name: string): string;
  /** Makes a directory for somebody, in root's directory. */
  makeDirectory(name: string, uid: number, mode?: number): Promise<void>;
  /** Writes vcm.yaml with the given certificates; FOLDER is the directory. */
  configure(certs: string): Promise<void>;
  /** Runs the compiled program as root, or as somebody else; paths are shown as FOLDER. */
  vcm(args: readonly string[], uid?: number): Promise<Result>;
  /** Runs it as root by a command that ends with the program and its arguments. */
  vcmBy(command: readonly string[], args: readonly string[]): Promise<Result>;
  /** Owner, group, mode, size and inode of all below a directory, by path. */
  snapshot(name: string): Promise<Record<string, string>>;
}

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function makeUsersPlace(): Promise<UsersPlace> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-users-" });
  await Deno.chmod(directory, 0o755);
  const at = (name: string) => `${directory}/${name}`;
  await Deno.copyFile(await compiledVcm(), at("vcm"));
  await Deno.chmod(at("vcm"), 0o755);
  const vault = await startDemoServer({});
  const show = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).replaceAll(directory, "FOLDER");
  const run = async ([program = "", ...args]: readonly string[], uid = 0) => {
    const output = await new Deno.Command(program, {
      args: [...args, "--config", at("vcm.yaml")],
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      cwd: "/",
      stdin: "null",
      ...(uid === 0 ? {} : { uid, gid: uid }),
    }).output();
    return { code: output.code, stdout: show(output.stdout), stderr: show(output.stderr) };
  };
  return {
    directory,
    at,
    makeDirectory: async (name, uid, mode = 0o755) => {
      await Deno.mkdir(at(name));
      await Deno.chown(at(name), uid, uid);
      await Deno.chmod(at(name), mode);
    },
    configure: async (certs) => {
      const text = `config:
  vault: "${vault.address}"
  vault_role_id: "${vault.roleId}"
  vault_secret_id: "${vault.secretId}"
  pki: "pki"
  role: "web"
  cert_store: "FOLDER/store"
certs:
${certs}`;
      await Deno.writeTextFile(at("vcm.yaml"), text.replaceAll("FOLDER", directory), {
        mode: 0o600,
      });
    },
    vcm: (args, uid) => run([at("vcm"), ...args], uid),
    vcmBy: (command, args) => run([...command, at("vcm"), ...args]),
    snapshot: (name) => snapshot(at(name)),
    [Symbol.asyncDispose]: async () => {
      await vault.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

async function snapshot(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    const { uid, gid, mode, size, ino, nlink } = await Deno.lstat(path);
    found[path] = [uid, gid, mode?.toString(8), size, ino, nlink].join(" ");
    if (entry.isDirectory) Object.assign(found, await snapshot(path));
  }
  return found;
}

/** A certificate whose key and chain go into a directory. */
export function pairIn(directory: string, name = "web.demo.internal", more = ""): string {
  return `  - name: "${name}"
    deploy:
      - fullchain: "FOLDER/${directory}/server.crt"
        owner: "${USER}"
${more}      - privkey: "FOLDER/${directory}/server.key"
        owner: "${USER}"
`;
}
