/** A pipe, socket or device in the place of a file that VCM reads is named, and never waited for. */
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { type EndedSite, startEndedSite } from "./ended_site.ts";

const test = await testsNeeding("openbao", "machine");
const WEB = "web.e2e.test";

const KINDS: Readonly<Record<string, (path: string) => readonly [string, ...string[]]>> = {
  pipe: (path) => ["mkfifo", "-m", "600", path],
  socket: (path) => [
    "python3",
    "-c",
    "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
    path,
  ],
  device: (path) => ["mknod", path, "c", "1", "5"],
  "link to a device": (path) => ["ln", "-s", "/dev/zero", path],
};

/** Files of the store, and what may be done about one that is no file. */
const PLACES = [
  `store/${WEB}/privkey.pem`,
  `store/${WEB}/cert.pem`,
  `store/${WEB}/fullchain.pem`,
  `store/${WEB}/ca.pem`,
  "store/.lock",
  "store/.pending/command:web",
  `store/.pending-validation-${WEB}`,
  `store/.pending-revocation-${WEB}`,
  `store/.refused-answer-${WEB}`,
  `store/.new-${WEB}/cert.pem`,
  `store/.room-${WEB}/cert.pem`,
  `store/.old-${WEB}/cert.pem`,
  "vcm.yaml",
  "conf.d/more.yaml",
  "password",
  `ssl/${WEB}.crt`,
];

/** No harm is done if these are no files: nothing reads them, or they are removed. */
const HARMLESS = /\.(?:room|old|new)-/;

async function makeSite(): Promise<EndedSite> {
  const site = await startEndedSite(["timeout", "-s", "KILL", "20"]);
  Deno.mkdirSync(`${site.directory}/conf.d`);
  Deno.writeTextFileSync(`${site.directory}/conf.d/more.yaml`, "certs: []\n", { mode: 0o644 });
  Deno.writeTextFileSync(`${site.directory}/password`, "secret-word\n", { mode: 0o600 });
  const p12 = `      - pkcs12: "${site.directory}/ssl/web.p12"\n` +
    `        password_file: "${site.directory}/password"\n`;
  const ca = `      - ca: "${site.directory}/ssl/ca.crt"\n`;
  const service = `    service:\n      - {name: web, command: ["true"], validate: ["true"]}\n`;
  site.configure(site.certificate(WEB) + ca + p12 + service);
  const path = `${site.directory}/vcm.yaml`;
  Deno.writeTextFileSync(path, `include: ["conf.d/*.yaml"]\n${Deno.readTextFileSync(path)}`);
  const { code, stderr } = await site.vcm("run");
  assert.equal(code, 0, stderr);
  return site;
}

for (const [kind, make] of Object.entries(KINDS)) {
  test(`a ${kind} in the place of a file is refused with its path`, async () => {
    await using site = await makeSite();
    const { directory } = site;
    await new Deno.Command("cp", { args: ["-a", directory, `${directory}.saved`] }).output();
    try {
      for (const place of PLACES) {
        const path = `${directory}/${place}`;
        await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
        await Deno.remove(path).catch(() => undefined);
        const [program, ...args] = make(path);
        assert.equal((await new Deno.Command(program, { args }).output()).code, 0);
        for (const command of ["check", "run"]) {
          const { code, stdout, stderr } = await site.vcm(command);
          const said = `${kind} ${place}, vcm ${command}: ${code}\n${stdout}${stderr}`;
          assert.ok(code !== 137, said);
          assert.doesNotMatch(stdout + stderr, /\bat file:|panicked|internal error/, said);
          if (HARMLESS.test(place)) continue;
          assert.notEqual(code, 0, said);
          assert.ok((stdout + stderr).includes(path), said);
        }
        await new Deno.Command("sh", {
          args: ["-c", 'rm -rf "$1"/* "$1"/.[!.]*; cp -a "$1.saved"/. "$1"', "sh", directory],
        }).output();
      }
      const { code, stdout } = await site.vcm("run");
      assert.deepEqual([code, stdout], [0, "Nothing to do: 1 certificate in order\n"]);
    } finally {
      await Deno.remove(`${directory}.saved`, { recursive: true });
    }
  });
}
