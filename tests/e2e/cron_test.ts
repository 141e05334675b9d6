/** The line for cron under a real cron daemon, in namespaces of its own. */
import { cronText } from "../../lib/tools/install/install.ts";
import { pathOfPart } from "../support/parts.ts";
import { makeDirectory } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assert } from "./assert.ts";

const test = await testsNeeding("cron", "machine");

/** Starts cron with `$1/cron.d` in place of /etc/cron.d; mails go to `$1/mail`. */
const START = `
set -e
mount --make-rprivate /
mkdir -p "$1/etc" "$1/run" "$1/spool/crontabs" "$1/upper"
mount -t tmpfs tmpfs "$1/upper"
mkdir "$1/upper/etc" "$1/upper/etc-work" "$1/upper/sbin" "$1/upper/sbin-work"
cp "$1/sendmail" "$1/upper/sbin/sendmail"
cp -r "$1/cron.d" "$1/upper/etc/cron.d"
: > "$1/upper/etc/crontab"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper/etc,workdir=$1/upper/etc-work" /etc
mount -t overlay overlay -o "lowerdir=/usr/sbin,upperdir=$1/upper/sbin,workdir=$1/upper/sbin-work" /usr/sbin
mount -t tmpfs tmpfs /run
mkdir -p /var/spool/cron
mount --bind "$1/spool" /var/spool/cron
exec env -i PATH=/odd HOME=/odd LD_LIBRARY_PATH="$3" "$2" -f
`;

test("cron runs the line with its own PATH and HOME, and mails only what failed", async () => {
  using directory = makeDirectory();
  const [binary, part] = [await compiledVcm(), await pathOfPart("cron")];
  const config = `config: {vault: "https://127.0.0.1:1", pki: p, role: r, cert_store: ${
    directory.at("store")
  }}\ncerts: []\n`;
  directory.write("good.yaml", config, 0o600);
  directory.write("bad.yaml", `${config}odd: key\n`, 0o600);
  directory.write("sendmail", `#!/bin/sh\nexec cat >> ${directory.at("mail")}\n`, 0o755);
  for (const name of ["good", "bad"]) {
    const text = cronText({ binary, config: directory.at(`${name}.yaml`) }, 0, false);
    // Every minute, and with a witness.
    const line = text.replace(/^0 /m, "* ").trimEnd().replace(
      "exec ",
      `env > ${directory.at(`${name}.env`)}; exec `,
    );
    directory.write(`cron.d/vcm-${name}`, `${line}\n`, 0o644);
  }
  const libraries = ["x86_64", "aarch64"].map((cpu) =>
    `${part}/usr/lib/${cpu}-linux-gnu:${part}/lib/${cpu}-linux-gnu`
  ).join(":");
  const child = new Deno.Command("unshare", {
    args: [
      ..."--pid --fork --mount --ipc --kill-child sh -c".split(" "),
      START,
      "sh",
      directory.path,
      `${part}/usr/sbin/cron`,
      libraries,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    const mail = () => directory.tree().includes("mail") ? directory.read("mail") : "";
    const seen = () => Promise.resolve(mail().includes("odd") || undefined);
    await waitUntil("cron has mailed", 130, seen);
    await waitUntil("the other run has begun", 60, () => {
      return Promise.resolve(directory.tree().includes("good.env") || undefined);
    });
    assert.match(mail(), /^error: \S+bad\.yaml:\d+:\d+ odd: /m);
    assert.equal(mail().match(/^Subject: /gm)?.length, 1);
    assert.doesNotMatch(mail(), /good\.yaml/);
    const env = directory.read("good.env");
    assert.match(env, /^HOME=\/root$/m);
    assert.match(env, /^PATH=\/usr\/bin:\/bin$/m);
  } finally {
    child.kill("SIGKILL");
    await child.output();
  }
});
