/** nginx with a certificate of its own, as a host is before VCM comes. */
import { assert } from "./assert.ts";
import { startNginx } from "../support/nginx.ts";
import { makeSelfSigned } from "../support/self_signed.ts";
import { servedCertificate } from "../support/served_certificate.ts";
import type { Scene } from "./scene.ts";

/** @returns The port at which nginx serves what lies in the scene's `ssl` under that name. */
export async function serveSelfSigned(scene: Scene, name: string): Promise<number> {
  const files = {
    certificate: `${scene.directory}/ssl/${name}.crt`,
    key: `${scene.directory}/ssl/${name}.key`,
  };
  const made = await makeSelfSigned(name);
  await Deno.writeTextFile(files.certificate, made.certificate);
  await Deno.writeTextFile(files.key, made.key);
  await Deno.mkdir(`${scene.directory}/nginx`);
  const { port } = await startNginx(scene.machine, `${scene.directory}/nginx`, files);
  assert.equal((await servedCertificate(port)).issuer, `CN=${name}`);
  return port;
}
