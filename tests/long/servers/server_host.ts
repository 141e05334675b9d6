/**
 * A machine on which the servers of docs/recipes are installed as Debian's packages do it. Their
 * files are laid over the host's, in the machine only, so that recipes keep their paths, users and
 * units. Only ports are others, because the machine shares the network.
 */
import { assert } from "../../e2e/assert.ts";
import { type Scene, startScene } from "../../e2e/scene.ts";
import { freePort } from "../../support/free_port.ts";
import { pathOfPart } from "../../support/parts.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { blocks, readDocument } from "../../unit/docs/documents.ts";

/** The recipe of a server, and how the server is made ready. */
export interface RecipeCase {
  /** A document below docs/recipes, and a heading in it. */
  readonly document: string;
  readonly heading: string;
  /** Commands that Debian's packages run when they are installed, or that their users run. */
  readonly setUp: (ports: readonly number[]) => string | Promise<string>;
  /** Without the suffix `.service`, as Debian has them, in the order of their start. */
  readonly units: readonly string[];
  /** The ports of the recipe, in the order of its probes, with the protocol of `openssl s_client`. */
  readonly ports: readonly (readonly [port: number, starttls?: string])[];
}

/** Users and groups that the packages add, with numbers that hosts rarely use. */
const USERS = [
  ...["haproxy", "caddy", "postgres", "mysql", "redis", "postfix", "dovecot", "dovenull"],
  ...["rabbitmq", "tomcat", "prometheus", "openbao"],
];

const PREPARE = `
servers=$1
mkdir -p /run/over/units
mount --bind /etc/systemd/system /run/over/units
for one in etc usr var; do
  mkdir -p "/run/over/$one" "/run/over/$one-work"
  mount -t overlay overlay -o \\
    "lowerdir=$servers/$one:/$one,upperdir=/run/over/$one,workdir=/run/over/$one-work" /$one
done
mount --bind /run/over/units /etc/systemd/system
for target in network network-online; do
  printf '[Unit]\\nDefaultDependencies=no\\n' >/etc/systemd/system/$target.target
done
number=61100
shift
for user in "$@"; do
  number=$((number + 1))
  getent passwd "$user" >/dev/null && continue
  echo "$user:x:$number:" >>/etc/group
  echo "$user:x:$number:$number::/var/lib/$user:/usr/sbin/nologin" >>/etc/passwd
  echo "$user:*:20000::::::" >>/etc/shadow
done
getent group postdrop >/dev/null || echo "postdrop:x:61199:" >>/etc/group
`;

// The machine has no journal.
const ADD_UNIT = `
cp "/usr/lib/systemd/system/$1" /run/over/units/
mkdir -p "/run/over/units/$1.d"
printf '[Service]\\nStandardOutput=append:/run/over/log\\nStandardError=inherit\\n' \
  >"/run/over/units/$1.d/log.conf"
`;

/** Makes a machine in which the servers are installed. Needs root. */
export async function startServerHost(): Promise<Scene> {
  const scene = await startScene();
  await shell(scene, PREPARE, await pathOfPart("servers"), ...USERS);
  return scene;
}

/** Issues by the recipe, starts the server, renews, and sees the new certificate. */
export async function tryRecipe(recipe: RecipeCase): Promise<void> {
  await using scene = await startServerHost();
  const ports = recipe.ports.map(() => freePort());
  const { text, names } = readRecipe(recipe, ports);
  await scene.configure(text);
  await shell(scene, await recipe.setUp(ports));
  for (const unit of recipe.units) await addUnit(scene, unit);
  await scene.systemctl("daemon-reload");
  await run(scene, "issue");
  await run(scene, "deploy");
  for (const unit of recipe.units) await start(scene, unit);
  await run(scene, "run");
  for (const name of names) {
    const first = await assertServed(scene, recipe, ports, name);
    await run(scene, "issue", "--force", name);
    await run(scene, "run");
    const second = await assertServed(scene, recipe, ports, name);
    assert.notEqual(second, first);
  }
  assert.match(await run(scene, "run"), /^Nothing to do/);
  assert.equal((await scene.vcm("check")).code, 0);
}

/** The entry with the ports of the test, which `scene.configure()` puts below its `certs`. */
function readRecipe({ document, heading, ports: known }: RecipeCase, ports: readonly number[]) {
  const [, section = ""] = readDocument(document).split(`\n## ${heading}\n`);
  const [yaml = ""] = blocks(section, "yaml");
  const text = known.reduce(
    (text, [port], at) => text.replaceAll(`127.0.0.1:${port}"`, `127.0.0.1:${ports[at]}"`),
    yaml.replace("certs:\n", ""),
  ).replaceAll(/^ +window:.*\n/gm, "");
  const names = [...text.matchAll(/^ {2}- name: "(.*)"$/gm)].map(([, name = ""]) => name);
  return { text, names };
}

/** Runs a script in the machine; throws with what it printed if it fails. */
async function shell(scene: Scene, script: string, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await scene.machine.exec(["sh", "-euc", script, "sh", ...args]);
  assert.equal(code, 0, stdout + stderr);
}

/** Debian's unit; a unit with an instance is that of its template. */
async function addUnit(scene: Scene, unit: string): Promise<void> {
  const file = `${unit.replace(/@.*/, "@")}.service`;
  await shell(scene, ADD_UNIT, file);
}

async function start(scene: Scene, unit: string): Promise<void> {
  const { code } = await scene.machine.exec(["systemctl", "start", unit]);
  if (code === 0) return;
  const script = 'systemctl status --full "$1"; tail -n 30 /run/over/log';
  const { stdout } = await scene.machine.exec(["sh", "-c", script, "sh", unit]);
  throw new Error(`Cannot start ${unit}:\n${stdout}`);
}

async function run(scene: Scene, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await scene.vcm(...args);
  assert.equal(code, 0, `vcm ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** Waits until each port serves the certificate of the store, and returns that. */
async function assertServed(
  scene: Scene,
  recipe: RecipeCase,
  ports: readonly number[],
  name: string,
): Promise<string> {
  const stored = (await Deno.readTextFile(`${scene.directory}/store/${name}/cert.pem`)).trim();
  for (const [at, [, starttls]] of recipe.ports.entries()) {
    // Old worker processes take connections for a while after a reload.
    await waitUntil(
      `port ${recipe.ports[at]?.[0]} serves the certificate in the store`,
      60,
      async () => {
        return await servedBy(ports[at] ?? 0, starttls) === stored || undefined;
      },
    );
  }
  return stored;
}

/** What `openssl s_client` is shown. */
async function servedBy(port: number, starttls: string | undefined): Promise<string | undefined> {
  const protocol = starttls === undefined ? [] : ["-starttls", starttls];
  const { stdout } = await new Deno.Command("openssl", {
    args: ["s_client", "-connect", `127.0.0.1:${port}`, ...protocol],
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.timeout(10_000),
  }).output();
  const text = new TextDecoder().decode(stdout);
  return /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(text)?.[0];
}
