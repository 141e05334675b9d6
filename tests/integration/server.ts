/** One OpenBao with its PKI for all tests of a file, started for the first one. */
import { type AppRoleLogin, setUpPki } from "../support/set_up_pki.ts";
import { type OpenBao, type OpenBaoOptions, startOpenBao } from "../support/openbao.ts";

export interface Server {
  readonly bao: OpenBao;
  readonly login: AppRoleLogin;
}

/** Starts a server, hands it to a test, and ends it. */
export async function withServer(
  options: OpenBaoOptions,
  test: (server: Server) => Promise<void>,
): Promise<void> {
  await using bao = await startOpenBao(options);
  await test({ bao, login: await setUpPki(bao) });
}

/** Settings of `vcm.yaml` for a server, without a way to log in. */
export function settings(bao: OpenBao, more = ""): string {
  return `vault: "${bao.address}"\npki: "pki"\nrole: "web"\nrenew: "10d"\n${more}`.trim();
}
