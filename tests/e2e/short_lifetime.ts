/** A host with certificates that live for minutes or seconds, and a client that looks each second. */
import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { assert } from "./assert.ts";
import { copyVcm } from "../support/vcm.ts";
import { pairFor, type Scene, startScene } from "./scene.ts";
import { serveSelfSigned } from "./self_served.ts";

const NAME = "web.e2e.test";

export interface ShortLived {
  readonly scene: Scene;
  readonly port: number;
  /** The root of the certificates. */
  readonly ca: string;
}

export interface LifetimeOptions {
  /** The server dates the start of a certificate back by so much; by default 30 s. */
  readonly backdated?: string;
  /** A drop-in for the timer. */
  readonly dropIn?: string;
}

/**
 * nginx serves a certificate of that lifetime, and the timer of `vcm install` keeps it current.
 *
 * @param ttl Of the certificate; its renewal window is half of its lifetime.
 */
export async function startShortLived(
  ttl: string,
  { backdated = "30s", dropIn }: LifetimeOptions = {},
): Promise<ShortLived> {
  const scene = await startScene();
  const { bao, directory, machine } = scene;
  const binary = await copyVcm(directory);
  const role = {
    key_type: "ec",
    key_bits: 256,
    allow_any_name: true,
    not_before_duration: backdated,
  };
  assert.equal((await bao.api("POST", "pki/roles/web", role)).status, 200);
  const port = await serveSelfSigned(scene, NAME);
  const keys = `    ttl: "${ttl}"\n    renew: "50%"\n`;
  await scene.configure(pairFor(scene, NAME, "{name: nginx.service, control: reload}", keys));
  const vcm: Scene["vcm"] = (...args) =>
    machine.exec([binary, ...args, "--config", `${directory}/vcm.yaml`]);
  const install = await vcm("install", "--yes");
  assert.equal(install.code, 0, install.stderr);
  if (dropIn !== undefined) {
    await machine.exec(["mkdir", "/etc/systemd/system/vcm.timer.d"]);
    await machine.writeUnit("vcm.timer.d/own.conf", dropIn);
    await scene.systemctl("daemon-reload");
  }
  // The timer may have begun one.
  const run = await vcm("run", "--quiet", "--wait", "1m");
  assert.equal(run.code, 0, run.stderr);
  await scene.systemctl("restart", "vcm.timer");
  const ca = await Deno.readTextFile(`${directory}/store/${NAME}/ca.pem`);
  return { scene: { ...scene, vcm }, port, ca };
}

export interface Seen {
  readonly handshakes: number;
  /** What did not work, or had expired, with the second in which it was seen. */
  readonly failures: readonly string[];
  readonly serials: ReadonlySet<string>;
  /** Seconds: the least that a served certificate had left. */
  readonly leastLeft: number;
}

/** Makes a verified handshake each second. */
export async function probeEachSecond(
  { port, ca }: ShortLived,
  seconds: number,
): Promise<Seen> {
  const failures: string[] = [];
  const serials = new Set<string>();
  let leastLeft = Infinity;
  let handshakes = 0;
  const look = async (second: number) => {
    handshakes++;
    try {
      const { serialNumber, validToDate } = await handshake(port, ca);
      serials.add(serialNumber);
      leastLeft = Math.min(leastLeft, (validToDate.getTime() - Date.now()) / 1000);
    } catch (error) {
      failures.push(`${second}: ${error}`);
    }
  };
  const start = performance.now();
  const looks: Promise<void>[] = [];
  for (let second = 0; second < seconds; second++) {
    const wait = second * 1000 - (performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
    // A slow handshake delays no other one.
    looks.push(look(second));
  }
  await Promise.all(looks);
  return { handshakes, failures, serials, leastLeft };
}

/** As a client does it that trusts only this root: an expired certificate is an error. */
function handshake(port: number, ca: string): Promise<X509Certificate> {
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate>();
  const socket = connect({ host: "127.0.0.1", port, servername: NAME, ca }, () => {
    resolve(new X509Certificate(socket.getPeerCertificate().raw));
    socket.end();
  });
  socket.setTimeout(10_000, () => socket.destroy(new Error("no handshake within 10 s")));
  socket.on("error", reject);
  return promise;
}
