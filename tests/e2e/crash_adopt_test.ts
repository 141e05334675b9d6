/** `vcm adopt`, killed or failing at any of its file-changing system calls. */
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeRevokeSite, type RevokeSite } from "./revoke_site.ts";

const test = await testsNeeding("openbao", "strace");

const NAME = "a.crash.test";

/** A host with deployed files and an empty store. */
async function makeDeployed(...args: Parameters<typeof makeRevokeSite>): Promise<RevokeSite> {
  const site = await makeRevokeSite(...args);
  await Deno.remove(`${site.directory}/store`, { recursive: true });
  await Deno.mkdir(`${site.directory}/store`, { mode: 0o700 });
  return site;
}

function deployed({ directory }: RevokeSite): string {
  return ["crt", "key"].map((end) => {
    const path = `${directory}/ssl/${NAME}.${end}`;
    const { ino, mode, mtime, ctime } = Deno.lstatSync(path);
    return [ino, mode, mtime?.getTime(), ctime?.getTime(), Deno.readTextFileSync(path)].join(" ");
  }).join("\n");
}

function texts({ directory }: RevokeSite): string {
  return ["crt", "key"].map((end) => Deno.readTextFileSync(`${directory}/ssl/${NAME}.${end}`))
    .join("");
}

for (const how of ["killed", "failing"] as const) {
  test(`vcm adopt ${how} at any change leaves all as it was, or is finished by the next`, async () => {
    await using bao = await startOpenBao();
    await setUpPki(bao);
    const changes = await (async () => {
      await using site = await makeDeployed(bao, [NAME]);
      // The store is there already, so it does not matter if it cannot be made.
      return (await site.record("adopt")).filter(({ call, path }) =>
        call !== "mkdir" || path !== "store"
      );
    })();
    const states = { taken: 0, issued: 0 };
    for (const change of changes) {
      await using site = await makeDeployed(bao, [NAME]);
      const where = JSON.stringify(change);
      const [files, before] = [deployed(site), texts(site)];
      const { met, code, stdout, stderr } = await site.disturb(
        change,
        how === "killed" ? "kill" : "EROFS",
        "adopt",
      );
      assert.ok(met, `${where}: ${stdout}${stderr}`);
      assert.equal(deployed(site), files, where);
      if (how === "failing") {
        assert.doesNotMatch(stdout + stderr, /\bat file:|EROFS|os error/, where);
      }
      const isAdopted = how === "failing" && code === 0;
      // The next run alone finishes it, or issues as it would have done before.
      await Deno.rename(`${site.directory}/store`, `${site.directory}/kept`);
      await new Deno.Command("cp", {
        args: ["-a", `${site.directory}/kept`, `${site.directory}/store`],
      }).output();
      const adopted = await site.vcm("adopt");
      assert.equal(adopted.code, 0, `${where}: ${adopted.stdout}${adopted.stderr}`);
      const run = await site.vcm("run");
      assert.equal(run.stdout, "Nothing to do: 1 certificate in order\n", where + run.stderr);
      assert.equal(deployed(site), files, where);
      await Deno.remove(`${site.directory}/store`, { recursive: true });
      await Deno.rename(`${site.directory}/kept`, `${site.directory}/store`);
      const alone = await site.vcm("run");
      assert.equal(alone.code, 0, `${where}: ${alone.stdout}${alone.stderr}`);
      const isTaken = await site.stored(NAME) === site.serials[NAME];
      states[isTaken ? "taken" : "issued"]++;
      assert.ok(isTaken || !isAdopted, where);
      // It deploys the files again, because it stores a set; what they hold stays the same.
      assert.equal(texts(site) === before, isTaken, where);
    }
    assert.ok(states.taken > 0);
    console.log(
      `vcm adopt ${how} at ${changes.length} points: ${states.taken} times the next run took the ` +
        `set, ${states.issued} times it issued one, as before`,
    );
  });
}
