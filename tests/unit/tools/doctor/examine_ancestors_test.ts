import assert from "node:assert/strict";
import { examineAncestors } from "../../../../lib/tools/doctor/examine_ancestors.ts";
import { makeConfig, makeService, makeSpec } from "../../../support/fixtures.ts";
import type { Config } from "../../../../lib/config/types.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { assertFix } from "./doctor_bench.ts";

/** What is found for a configuration, with `@` for the directory; without what the runtime is in. */
async function linesOf(root: string, ...args: Parameters<typeof examineAncestors>) {
  const results = await examineAncestors(...args);
  results.forEach(assertFix);
  return results.filter(({ subject }) => subject.startsWith(root))
    .map(({ verdict, subject, detail, remedy }) =>
      `${verdict} ${subject}: ${detail} | ${remedy}`.replaceAll(root, "@")
    );
}

Deno.test("a directory above the configuration, a secret, a CA or a program may not be open", async () => {
  const { vault: server } = makeConfig([]);
  for (const what of ["config", "included", "secret id", "CA", "client key", "validate"] as const) {
    using directory = makeDirectory();
    const { at, path, write } = directory;
    write("open/in/file", "");
    Deno.chmodSync(at("open"), 0o777);
    const file = at("open/in/file");
    const config = {
      ...makeConfig([], what === "config" ? file : at("vcm.yaml")),
      included: what === "included" ? [file] : [],
      vault: {
        ...server,
        ...(what === "secret id" && {
          login: { kind: "approle" as const, mount: "approle", secretIdFile: file },
        }),
        ...(what === "CA" && { trust: { kind: "file" as const, path: file } }),
        ...(what === "client key" && { clientKey: file }),
      },
    } satisfies Config;
    const service = makeSpec({ services: [makeService({ validate: [file] })] });
    const specs = what === "validate" ? [service] : [];
    assert.deepEqual(await linesOf(path, config, specs), [
      `problem @/open: every user may write to it (mode 0777), and so can replace "@/open/in/file", ` +
      "which VCM trusts | chmod o-w @/open",
    ], what);
    Deno.chmodSync(at("open"), 0o755);
    assert.deepEqual(await linesOf(path, config, specs), []);
  }
});

Deno.test("a directory of a group or of another user is a warning, and a sticky one neither", async () => {
  using directory = makeDirectory();
  const { at, path, write } = directory;
  write("a/vcm.yaml", "");
  const config = makeConfig([], at("a/vcm.yaml"));
  const of = () => linesOf(path, config, []);
  Deno.chmodSync(at("a"), 0o1777);
  assert.deepEqual(await of(), []);
  Deno.chmodSync(at("a"), 0o775);
  if (Deno.uid() !== 0) return;
  assert.match((await of()).join(), /^warning @\/a: group 0 may write to it .* \| chmod g-w @\/a$/);
  Deno.chmodSync(at("a"), 0o755);
  Deno.chownSync(at("a"), 65534, 65534);
  assert.match(
    (await of()).join(),
    /^warning @\/a: user "\w+" owns it, .* \| use a path below .*; to look: ls -ld @\/a$/,
  );
});
