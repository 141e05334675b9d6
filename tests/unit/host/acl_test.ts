/** Access control lists, by programs that print what getfacl prints. */
import assert from "node:assert/strict";
import { type AskedFile, readAcls, writeAcls } from "../../../lib/host/acl.ts";
import { makeDirectory, rejectionOf } from "../../support/rig.ts";

type Directory = ReturnType<typeof makeDirectory>;

function programs(directory: Directory, getfacl: string) {
  const script = directory.at("getfacl");
  Deno.writeTextFileSync(script, `#!/bin/sh\n${getfacl}\n`, { mode: 0o755 });
  return { getfacl: [script], setfacl: [script], limit: 2_000 };
}

function ask(path: string, parts: Partial<AskedFile> = {}): AskedFile {
  return { path, uid: 33, isGuarded: true, ...parts };
}

const OUTPUT = `cat > /dev/null; cat << 'END'
# file: /d/plain.key
# owner: 33
# group: 44
user::rw-
group::r--
other::---

# file: /d/a\\\\b.key
# owner: 33
# group: 44
# flags: -s-
user::rw-
user:61002:rw-
group::---
group:4:r--
mask::rw-
other::---

# file: /d
# owner: 0
# group: 0
user::rwx
group::r-x
other::r-x

# file: /e/web.key
# owner: 33
# group: 44
user::rw-
group::r--
other::---

# file: /e
# owner: 0
# group: 0
user::rwx
group::r-x
other::r-x
default:user::rwx
default:user:33:r-x
default:group::r-x
default:mask::r-x
default:other::---

END
exit 1`;

Deno.test("entries, none, and what a new file would inherit are told apart, also after errors", async () => {
  using directory = makeDirectory();
  const unknown = { kind: "unknown", problem: "getfacl cannot read it", exists: false };
  const files = [
    ask("/d/plain.key"),
    ask("/d/a\\b.key"),
    ask("/e/web.key"),
    ask("/d/gone.key"),
    ask("/d/set/plain.key", { directory: "/e" }),
  ];
  const found = await readAcls(files, programs(directory, OUTPUT));
  assert.deepEqual([...found.values()], [
    { kind: "none", inherits: false },
    { kind: "entries", group: "---", named: ["user:61002:rw-", "group:4:r--"] },
    { kind: "none", inherits: true },
    unknown,
    unknown,
  ]);
});

Deno.test("another user's file in its place is not the file that was asked for", async () => {
  using directory = makeDirectory();
  const file = ask("/d/a\\b.key", { uid: 7 });
  const [acl] = [...(await readAcls([file], programs(directory, OUTPUT))).values()];
  assert.equal(acl?.kind, "unknown");
});

Deno.test("a user's file system that does not answer costs no other file its ACL", async () => {
  using directory = makeDirectory();
  const script = `case "$(cat)" in *slow*) exec sleep 60 ;; esac; ${OUTPUT}`;
  const slow = ask("/slow/web.key", { isGuarded: false });
  const files = [slow, ask("/e/web.key")];
  const found = await readAcls(files, programs(directory, script));
  assert.deepEqual(found.get("/e/web.key"), { kind: "none", inherits: true });
  const acl = found.get(slow.path);
  assert.match(acl?.kind === "unknown" ? acl.problem : "", /took longer than 2 s/);
});

Deno.test("an error of setfacl is told in one line, and so is its absence", async () => {
  using directory = makeDirectory();
  const { setfacl } = programs(directory, "cat > /dev/null; echo no >&2; echo more >&2; exit 1");
  const message = async (program: readonly string[]) =>
    (await rejectionOf(writeAcls([{ path: "/x", entries: "" }], undefined, program))).message;
  assert.equal(await message(setfacl), "Cannot keep the access control list: no");
  assert.equal(
    await message(["/none/setfacl"]),
    'Cannot keep the access control list: "setfacl" is not on this host; install the package "acl"',
  );
});

Deno.test("of what another user's setfacl says, only an error of the system is told", async () => {
  using directory = makeDirectory();
  const user = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
  const scripts = [
    ["echo 'setfacl: /x: Operation not permitted' >&2; exit 1", "operation not permitted"],
    ["echo 'setfacl: /x: all is well' >&2; exit 1", "setfacl failed"],
    ["exec yes >&2", "setfacl failed"],
    ["kill -9 $$", "setfacl failed"],
  ] as const;
  for (const [script, told] of scripts) {
    const { setfacl } = programs(directory, script);
    const { message } = await rejectionOf(
      writeAcls([{ path: "/x", entries: "" }], user, setfacl),
    );
    assert.equal(message, `Cannot keep the access control list: ${told} (as user ${user.uid})`);
  }
});
