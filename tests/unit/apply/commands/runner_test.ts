/** Requests that the runner compares as one thing, and that would be sent as another. */
import assert from "node:assert/strict";
import { CommandRunner } from "../../../../lib/apply/commands/runner.ts";
import type { FileRequest } from "../../../../lib/apply/writers/writer.ts";
import { rejectionOf } from "../../../support/rig.ts";

const PATH = "/home/user/web.crt";
const USER = { uid: 61001, gid: 61001 };

function runner(): CommandRunner {
  const target = {
    what: "cert",
    path: PATH,
    drift: [],
    mode: 0o644,
    createDirs: false,
    by: USER,
  } as const;
  const step = {
    kind: "deploy",
    certificate: "web",
    storedSetUsable: true,
    targets: [target],
    services: [],
    revocable: false,
  } as const;
  return new CommandRunner({ steps: [step] });
}

Deno.test("a request is compared as the process of the user will read it", async () => {
  const other = "/home/user/other";
  const file = { path: other, content: { encoding: "utf8", data: "" }, mode: 0o600 };
  const requests: readonly object[] = [
    { do: Object("make"), path: PATH, file },
    { do: Object("sync"), path: PATH, directory: "/etc" },
    Object.assign([], { do: "remove", path: PATH }),
    { do: "make", file: Object.assign([], { path: PATH }) },
    { do: "remove", path: [PATH] },
  ];
  for (const request of requests) {
    const { name } = await rejectionOf(runner().write(USER, request as FileRequest));
    assert.equal(name, "NotPlannedError", Deno.inspect(request));
  }
});

Deno.test("a user is a pair of numbers, not what reads like them", async () => {
  const request = { do: "remove", path: PATH } as const;
  const oddities = [Object(61001), "61001", [61001], 61001n] as unknown as readonly number[];
  for (const odd of oddities) {
    for (const user of [{ ...USER, uid: odd }, { ...USER, gid: odd }]) {
      const { name } = await rejectionOf(runner().write(user, request));
      assert.equal(name, "NotPlannedError", Deno.inspect(user));
    }
  }
});

Deno.test("an ACL is set only for targets of the plan that get one, and in their own version", async () => {
  const bundle = {
    what: "bundle",
    path: "/etc/ssl/web",
    drift: [],
    mode: 0o600,
    createDirs: false,
    modes: { cert: 0o644, chain: 0o644, fullchain: 0o644, privkey: 0o600, ca: 0o644 },
    owners: { cert: {}, chain: {}, fullchain: {}, privkey: {}, ca: {} },
    acls: { privkey: "user::rw-" },
  } as const;
  const step = {
    kind: "deploy",
    certificate: "web",
    storedSetUsable: true,
    targets: [bundle],
    services: [],
    revocable: false,
  } as const;
  const version = ".web.vcm-0123456789abcdef";
  const refused: readonly (readonly [CommandRunner, object])[] = [
    [runner(), { path: PATH }],
    [runner(), { path: "/etc/shadow" }],
    ...[undefined, "..", `../${version}`, Object(version), ".other.vcm-0123456789abcdef"]
      .map((version) =>
        [new CommandRunner({ steps: [step] }), { path: bundle.path, version }] as const
      ),
    [new CommandRunner({ steps: [step] }), { path: Object(bundle.path), version }],
  ];
  for (const [commands, target] of refused) {
    const { name } = await rejectionOf(commands.setAcls([target as { readonly path: string }]));
    assert.equal(name, "NotPlannedError", Deno.inspect(target));
  }
});
