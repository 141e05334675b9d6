/** The compiled program with its permissions, and a real proxy on a Unix domain socket. */
import { startBaoProxy } from "../support/bao_proxy.ts";
import { startOpenBao } from "../support/openbao.ts";
import { makeDirectory } from "../support/rig.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

// Root is needed to become somebody else, as it is for a machine.
const test = await testsNeeding("openbao", "machine");
const NOBODY = 65534;

test("a run through a socket has permission for that socket and for no host", async () => {
  await using bao = await startOpenBao();
  using directory = makeDirectory();
  Deno.chmodSync(directory.path, 0o755);
  // Nobody may enter the directory of the checkout.
  const binary = directory.at("vcm");
  await Deno.copyFile(await compiledVcm(), binary);
  await using proxy = await startBaoProxy(bao, await setUpPki(bao), directory.path);
  const socket = directory.at("bao.sock");
  const vcm = async (command: string, uid = 0, more: Readonly<Record<string, string>> = {}) => {
    const args = [...command.split(" "), "--config", directory.at(`${uid}/vcm.yaml`)];
    const env = { PATH: "/usr/bin:/bin", ...more };
    const options = { args, clearEnv: true, env, stdin: "null", cwd: "/", uid, gid: uid } as const;
    const { code, stdout, stderr } = await new Deno.Command(binary, options).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
  };
  for (const uid of [0, NOBODY]) {
    const at = (name: string) => directory.at(`${uid}/${name}`);
    const settings = `vault: "${proxy.address}", pki: pki, role: web, auth: {method: none}, ` +
      `cert_store: "${at("store")}"`;
    const target = `{privkey: "${at("web.key")}"}`;
    const certs = `certs: [{name: web.e2e.test, deploy: [${target}]}]\n`;
    directory.write(`${uid}/vcm.yaml`, `config: {${settings}}\n${certs}`);
    for (const path of [at(""), at("vcm.yaml")]) Deno.chownSync(path, uid, uid);
  }
  const { out } = await vcm("plan --permissions");
  assert.match(out, new RegExp(socket));
  assert.equal(out.includes("localhost"), false, out);
  // A proxy of the environment is not asked: nobody listens there.
  const run = await vcm("run", 0, {
    HTTP_PROXY: "http://127.0.0.1:1",
    ALL_PROXY: "http://[::1]:1",
  });
  assert.equal(run.code, 0, run.out);
  assert.match(run.out, /1 issued, 1 file deployed/);
  assert.equal((await vcm("run")).out, "Nothing to do: 1 certificate in order\n");

  Deno.chmodSync(socket, 0o600);
  const denied = await vcm("run", NOBODY);
  assert.equal(denied.code, 1, denied.out);
  const why = `Cannot connect to "${proxy.address}": permission denied; see: namei -l ${socket}`;
  assert.ok(denied.out.includes(why), denied.out);
  Deno.chmodSync(socket, 0o666);
  const allowed = await vcm("run", NOBODY);
  assert.equal(allowed.code, 0, allowed.out);
});
