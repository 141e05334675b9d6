/** A host on which a revocation was begun, and the server did not decide it. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import { startFront } from "../support/faulty_proxy.ts";
import type { OpenBao } from "../support/openbao.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { type Server, settings, withServer } from "./server.ts";

export const RECORD = `store/.pending-revocation-${NAME}`;

export function serialOf({ directory }: Bench): string {
  return parseCertificate(directory.read(`store/${NAME}/cert.pem`)).serial;
}

export function has({ directory }: Bench, path: string): boolean {
  return directory.tree().includes(path);
}

export async function isRevoked(bao: OpenBao, serial: string): Promise<boolean> {
  const { body } = await bao.api("GET", `pki/cert/${serial}`);
  return Number(body.data?.["revocation_time"]) > 0;
}

/** Runs `vcm revoke` while the server answers each revocation with a status. */
export async function revokeFailing(
  bench: Bench,
  bao: OpenBao,
  status = 500,
  ...options: string[]
) {
  const body = JSON.stringify({ errors: ["no"] });
  await using front = startFront(
    bao,
    (path) => path.endsWith("/revoke") ? new Response(body, { status }) : undefined,
  );
  const env = { VAULT_TOKEN: bao.token, VAULT_ADDR: front.address, ...BRIEF };
  return await bench.vcm(["revoke", "--yes", ...options, NAME], env);
}

/** No answer is repeated for long. */
const BRIEF = { VAULT_MAX_RETRIES: "0", VAULT_CLIENT_TIMEOUT: "2" };

/** Settings without the address, which the environment then gives. */
export function bare(bao: OpenBao, more = ""): string {
  return settings(bao, more).replace(/^vault: .*\n/, "");
}

/** A host whose revocation of a certificate was begun, and the certificate's serial number. */
export async function withBegun(
  run: (
    at: Server & { bench: Bench; serial: string; env: Record<string, string> },
  ) => Promise<void>,
  more = "",
  ...options: string[]
): Promise<void> {
  await withServer({}, async (server) => {
    const { bao } = server;
    const env = { VAULT_TOKEN: bao.token, VAULT_ADDR: bao.address };
    using bench = makeBench();
    bench.configure(bare(bao), certificate(bench.directory, NAME, more));
    assertWell(await bench.vcm(["run"], env));
    const serial = serialOf(bench);
    const { status } = await revokeFailing(bench, bao, 500, ...options);
    assert.deepEqual([status, has(bench, RECORD)], [1, true]);
    await run({ ...server, bench, serial, env });
    assertNoSecret(bench, bao.token);
  });
}
