/** `vcm init` at a terminal, killed at each of its changes, or met by an error: nothing is half. */
import { loadConfig } from "../../lib/config/load.ts";
import { startOpenBao } from "../support/openbao.ts";
import { type Directory, makeDirectory, modeOf } from "../support/rig.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { distinct, recordChanges, runWithFault } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

const test = await testsNeeding("openbao", "strace");

const WHOLE = ["vcm/", "vcm/secret-id", "vcm/vault-ca.pem", "vcm/vcm.yaml"];

test("vcm init may be killed at any change, and leaves nothing after an error", async () => {
  const vcm = await compiledVcm();
  await using bao = await startOpenBao({ tls: true });
  const { roleId, secretId } = await setUpPki(bao);
  const ca = await Deno.readTextFile(bao.caFile ?? "");
  /** The secret is typed, which a file would not show. */
  const lineFor = ({ at }: Directory) => {
    const server = `--vault ${bao.address} --ca ${bao.caFile} --pki pki --role web`;
    const line = `${vcm} init --config ${at("vcm/vcm.yaml")} ${server} --role-id ${roleId} ` +
      "--no-doctor web.example.test";
    return ["sh", "-c", `echo ${secretId} | script -qec "${line}" /dev/null`];
  };
  const run = async (directory: Directory) => {
    const [program = "", ...args] = lineFor(directory);
    return await new Deno.Command(program, { args, stdin: "null" }).output();
  };

  /** What holds at each moment. Returns whether the configuration is there. */
  const requireNothingHalf = async (directory: Directory, after: string) => {
    const files = directory.tree().filter((name) => !name.endsWith("/"));
    for (const name of files.filter((name) => directory.read(name).includes(secretId))) {
      assert.equal(modeOf(directory.at(name)), "600", `${name} after ${after}`);
    }
    if (!files.includes("vcm/vcm.yaml")) return false;
    const { vault } = await loadConfig(directory.at("vcm/vcm.yaml"));
    assert.equal(vault.login?.kind, "approle");
    assert.equal(directory.read("vcm/secret-id"), `${secretId}\n`, after);
    assert.equal(directory.read("vcm/vault-ca.pem").trim(), ca.trim(), after);
    return true;
  };

  using first = makeDirectory();
  const { changes } = await recordChanges(lineFor(first), first.path, {});
  assert.deepEqual(first.tree(), WHOLE);
  const trials = distinct(changes);
  assert.ok(trials.length > 15, `only ${trials.length} changes are seen`);
  for (const { call, path, nth } of trials) {
    using directory = makeDirectory();
    const change = { call, path: path.replace(first.path, directory.path), nth };
    const after = `${call} ${path}`;
    const killed = await runWithFault(lineFor(directory), change, "kill", {});
    assert.equal(killed.code, 137, `it was not killed at ${after}: ${killed.stdout}`);
    const isThere = await requireNothingHalf(directory, after);
    const again = await run(directory);
    assert.equal(again.code, isThere ? 2 : 0, new TextDecoder().decode(again.stdout));
    assert.ok(await requireNothingHalf(directory, after));
    assert.deepEqual(directory.tree(), WHOLE, after);
  }
  const failing = trials.filter(({ call }) => !/^(?:unlink|rmdir)/.test(call));
  for (const { call, path, nth } of failing) {
    using directory = makeDirectory();
    const change = { call, path: path.replace(first.path, directory.path), nth };
    const failed = await runWithFault(lineFor(directory), change, "EIO", {});
    assert.deepEqual([failed.met, failed.code], [true, 1], `${call} ${path}: ${failed.stdout}`);
    assert.match(failed.stdout, /\berror: Cannot write "/);
    assert.deepEqual(directory.tree(), [], `${call} ${path}`);
  }
  console.log(`Killed vcm init at ${trials.length} changes, and let ${failing.length} fail`);
});
