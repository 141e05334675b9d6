import { assert } from "./assert.ts";
import { shellWords } from "../support/shell_words.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { blocks, readDocument } from "../unit/docs/documents.ts";
import { pairAlone, type Scene, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");
const [SERVICE = "", TIMER = ""] = blocks(readDocument("docs/running.md"), "ini");

test("the units of docs/running.md run VCM with the environment file's AppRole", async () => {
  await using scene = await startScene();
  await configureWithoutLogin(scene);
  await scene.machine.writeUnit("vcm.service", await inScene(scene, SERVICE));
  await scene.machine.writeUnit("vcm.timer", TIMER);
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", "vcm.service");
  await Deno.stat(`${scene.directory}/ssl/a.e2e.test.key`);
  await scene.systemctl("start", "vcm.timer");
  assert.match(await scene.systemctl("list-timers", "--plain"), /vcm\.timer +vcm\.service/);
});

test("under the unit of docs/running.md another user's process writes, and links are made", async () => {
  await using scene = await startScene();
  const { directory } = scene;
  await configureWithoutLogin(scene);
  const user = 61001;
  await Deno.chmod(directory, 0o755);
  await Deno.mkdir(`${directory}/pg`);
  await Deno.chown(`${directory}/pg`, user, user);
  // Where every user may run it.
  await Deno.copyFile(await compiledVcm(), `${directory}/vcm`);
  await Deno.chmod(`${directory}/vcm`, 0o755);
  const text = await Deno.readTextFile(`${directory}/vcm.yaml`);
  await Deno.writeTextFile(
    `${directory}/vcm.yaml`,
    `${text}      - privkey: "${directory}/pg/server.key"
        owner: "${user}"
      - bundle: "${directory}/ssl/set"
`,
  );
  const unit = (await inScene(scene, SERVICE)).replace(await compiledVcm(), `${directory}/vcm`);
  await scene.machine.writeUnit("vcm.service", unit);
  await scene.systemctl("daemon-reload");
  await scene.systemctl("start", "vcm.service");
  const stored = await Deno.readTextFile(`${directory}/store/a.e2e.test/privkey.pem`);
  assert.equal(await Deno.readTextFile(`${directory}/ssl/set/privkey.pem`), stored);
  assert.equal(await Deno.readTextFile(`${directory}/pg/server.key`), stored);
  assert.equal((await Deno.stat(`${directory}/pg/server.key`)).uid, user);
});

test("the unit of docs/running.md waits for its next try after a run in which something failed", async () => {
  await using scene = await startScene();
  await configureWithoutLogin(scene);
  await scene.machine.writeUnit("vcm.service", await inScene(scene, SERVICE));
  await scene.systemctl("daemon-reload");
  await scene.stopServer();
  const { code } = await scene.machine.exec(["systemctl", "start", "vcm.service"]);
  assert.equal(code, 1);
  const show = (property: string) =>
    scene.systemctl("show", "--value", "-p", property, "vcm.service");
  assert.deepEqual([await show("SubState"), await show("Result")], ["auto-restart", "exit-code"]);
});

test("the cron line of docs/running.md runs VCM, and prints nothing", async () => {
  await using scene = await startScene();
  await configureWithoutLogin(scene);
  const line = blocks(readDocument("docs/running.md"), "text").find((text) =>
    text.includes("root")
  );
  const command = /root +(.*)/.exec(line ?? "")?.[1] ?? "";
  const { code, stdout, stderr } = await scene.machine.exec([
    "sh",
    "-c",
    await inScene(scene, command),
  ]);
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
  await Deno.stat(`${scene.directory}/ssl/a.e2e.test.key`);
});

/** The file without a login, which stands in the environment file instead. */
async function configureWithoutLogin(scene: Scene): Promise<void> {
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  const file = `${scene.directory}/vcm.yaml`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace(/^ +vault_(?:role|secret)_id:.*\n/gm, ""));
  await Deno.writeTextFile(
    `${scene.directory}/environment`,
    `VAULT_ROLE_ID=${scene.login.roleId}\nVAULT_SECRET_ID=${scene.login.secretId}\n`,
  );
}

/**
 * The document's paths are those of a real host; here everything lies in the scene's directory, in
 * /tmp, and the environment has the login.
 */
async function inScene(scene: Scene, text: string): Promise<string> {
  return text
    .replaceAll("/etc/vcm/environment", `${scene.directory}/environment`)
    .replaceAll("=-/var/lib/vcm/certs", `=-${scene.directory}`)
    .replace("PrivateTmp=yes\n", "")
    .replaceAll(
      "/usr/local/bin/vcm run --quiet",
      `${shellWords(await compiledVcm())} run --quiet --config ${scene.directory}/vcm.yaml`,
    );
}
