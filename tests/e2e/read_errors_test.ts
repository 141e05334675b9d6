/** An error of the disk while VCM reads a directory or a record is told, and never "there is nothing". */
import { testsNeeding } from "../support/tests_needing.ts";
import { runWithFault } from "../support/strace.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import { type EndedSite, startEndedSite } from "./ended_site.ts";

const test = await testsNeeding("openbao", "strace");
const [WEB, INCLUDED] = ["web.e2e.test", "included.e2e.test"];
const EIO = /(?:i\/o|input\/output) error/i;

interface Case {
  readonly call: string;
  readonly path: string;
  readonly lines?: readonly (readonly string[])[];
  /** All is in order all the same. */
  readonly isHarmless?: boolean;
  /** What is said in place of the error. */
  readonly says?: string;
  /** How things are before. */
  readonly prepare?: (site: EndedSite) => Promise<void>;
}

const RUN = [["check"], ["plan"], ["run"]] as const;

/** As a run leaves it that is killed before the services have validated. */
async function leavePendingValidation({ directory }: EndedSite): Promise<void> {
  const target = `${directory}/ssl/${WEB}.crt`;
  await Deno.link(target, `${directory}/ssl/.${WEB}.crt.vcm-old`);
  await Deno.writeTextFile(`${directory}/store/.pending-validation-${WEB}`, `kept ${target}\n`, {
    mode: 0o600,
  });
}

async function leavePendingAction({ directory }: EndedSite): Promise<void> {
  await Deno.writeTextFile(`${directory}/store/.pending/command:web`, "x", { mode: 0o600 });
}

const CASES: Readonly<Record<string, Case>> = {
  "the directory of included files": {
    call: "getdents64",
    path: "conf.d",
    lines: [...RUN, ["validate"], ["doctor"], ["status"]],
  },
  "an included file": { call: "openat", path: "conf.d/more.yaml", lines: [...RUN, ["validate"]] },
  // The files themselves can be read, so nothing is wrong with them; they are not taken for missing.
  "the directory of targets": {
    call: "getdents64",
    path: "ssl",
    lines: [["check"], ["run"]],
    isHarmless: true,
  },
  "the directory of targets, one of which is a foreign file": {
    call: "getdents64",
    path: "ssl",
    lines: [["check"], ["run"]],
    says: `ssl/${WEB}.crt" holds something other than a certificate`,
    prepare: ({ directory }) => Deno.writeTextFile(`${directory}/ssl/${WEB}.crt`, "foreign\n"),
  },
  "the metadata of the directory of targets": {
    call: "statx",
    path: "ssl",
    lines: [["check"], ["run"]],
  },
  "the store": { call: "getdents64", path: "store", lines: [["check"], ["run"]] },
  "the directory of pending actions": {
    call: "getdents64",
    path: "store/.pending",
    lines: [["check"], ["run"]],
    prepare: leavePendingAction,
  },
  "a pending action": {
    call: "openat",
    path: "store/.pending/command:web",
    lines: [["check"], ["run"]],
    prepare: leavePendingAction,
  },
  "a pending validation": {
    call: "openat",
    path: `store/.pending-validation-${WEB}`,
    lines: [["check"], ["run"]],
    prepare: leavePendingValidation,
  },
  "a private key": {
    call: "openat",
    path: `store/${WEB}/privkey.pem`,
    lines: [["check"], ["run"]],
  },
  "the metadata of a certificate": {
    call: "statx",
    path: `store/${WEB}/cert.pem`,
    lines: [["check"], ["run"]],
  },
  "the metadata of the store": { call: "statx", path: "store", lines: [["run"]] },
  "the archive of a certificate whose key is to be forgotten": {
    call: "getdents64",
    path: `store/archive/${WEB}`,
    lines: [["revoke", "--yes", "--forget-key", WEB]],
  },
};

for (
  const [what, { call, path, lines = RUN, prepare, isHarmless, says }] of Object.entries(CASES)
) {
  test(`an error at reading ${what} is told, and changes nothing`, async () => {
    await using site = await startEndedSite();
    const { directory, bao } = site;
    const policy = ["issue/*", "revoke"]
      .map((path) => `path "pki/${path}" { capabilities = ["create", "update"] }`).join("\n");
    await bao.api("POST", "sys/policies/acl/vcm", { policy });
    await Deno.mkdir(`${directory}/conf.d`);
    await Deno.chmod(`${directory}/conf.d`, 0o755);
    const included = `certs:\n${site.certificate(INCLUDED)}`;
    await Deno.writeTextFile(`${directory}/conf.d/more.yaml`, included, { mode: 0o600 });
    const service = '{name: web, command: ["true"], validate: ["true"]}';
    site.configure(site.certificate(WEB, service), "  keep: 2\n");
    const file = `${directory}/vcm.yaml`;
    await Deno.writeTextFile(file, `include: ["conf.d/*.yaml"]\n${await Deno.readTextFile(file)}`);
    assert.equal((await site.vcm("run")).code, 0);
    assert.equal((await site.vcm("issue", "--force")).code, 0);
    assert.equal((await site.vcm("run")).code, 0);
    await prepare?.(site);
    const before = facts(site);
    for (const line of lines) {
      const argv = [await compiledVcm(), ...line, "--config", file];
      const change = { call, path: `${directory}/${path}`, nth: 1 };
      const { met, code, stdout, stderr } = await runWithFault(argv, change, "EIO", {}, true);
      const said = `vcm ${line.join(" ")}: ${code}\n${stdout}${stderr}`;
      assert.ok(met, said);
      if (line[0] !== "plan") assert.equal(code === 0, isHarmless ?? false, said);
      const told = (stdout + stderr).split("\n")
        .filter((text) => text.includes(`${directory}/${path}`) && EIO.test(text));
      if (says !== undefined) assert.ok((stdout + stderr).includes(says), said);
      else if (!isHarmless) assert.ok(told.length > 0, said);
      assert.doesNotMatch(stdout + stderr, /\bat file:|panicked|internal error/);
      if (line[0] !== "revoke") assert.deepEqual(facts(site), before, said);
    }
    if (says !== undefined) return;
    const next = await site.vcm("run");
    assert.equal(next.code, 0, next.stdout + next.stderr);
    if (lines[0]?.[0] === "revoke") {
      const keys = [...facts(site)].filter((line) =>
        /archive\/web[^/]*\/[0-9a-f]{2}:.*privkey/.test(line)
      );
      assert.deepEqual(keys, []);
    }
    assert.equal((await site.vcm("check")).code, 0);
  });
}

/** All files with their inodes and sizes, but for the lock. */
function facts({ directory }: EndedSite): readonly string[] {
  const { stdout } = new Deno.Command("find", {
    args: [directory, "-type", "f", "-not", "-name", ".lock", "-printf", "%P %i %s %m\n"],
  }).outputSync();
  return new TextDecoder().decode(stdout).trim().split("\n").sort();
}
