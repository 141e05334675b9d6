import type { OpenBao } from "./openbao.ts";
import { pathOfPart } from "./parts.ts";
import type { AppRoleLogin } from "./set_up_pki.ts";
import { startTied } from "./tied_script.ts";
import { waitUntil } from "./wait_until.ts";

/** A real agent or proxy of OpenBao that listens on a Unix domain socket only. */
export interface BaoProxy extends AsyncDisposable {
  /** Its address, as `unix:///…/bao.sock`. */
  readonly address: string;
}

/** How it differs from a proxy that adds its own token. */
export interface BaoProxyOptions {
  readonly kind?: "proxy" | "agent";
  /** It passes on the token of the client. */
  readonly withoutToken?: boolean;
  /** Lines of its listener. */
  readonly listener?: string;
}

/**
 * Starts it and waits until it answers. It logs in by AppRole and adds its token to each request.
 *
 * @param directory Gets its files and its socket.
 */
export async function startBaoProxy(
  bao: OpenBao,
  login: AppRoleLogin,
  directory: string,
  { kind = "proxy", withoutToken = false, listener = "tls_disable = true" }: BaoProxyOptions = {},
): Promise<BaoProxy> {
  const at = (name: string) => `${directory}/${name}`;
  await Deno.writeTextFile(at("role-id"), login.roleId);
  await Deno.writeTextFile(at("secret-id"), login.secretId);
  const autoAuth = `
auto_auth {
  method "approle" {
    config = {
      role_id_file_path = "${at("role-id")}"
      secret_id_file_path = "${at("secret-id")}"
      remove_secret_id_file_after_reading = false
    }
  }
}
api_proxy { use_auto_auth_token = true }
`;
  const config = `
vault { address = "${bao.address}" }
listener "unix" {
  address = "${at("bao.sock")}"
  ${listener}
}
${withoutToken ? "api_proxy {}" : autoAuth}`;
  await Deno.writeTextFile(at("proxy.hcl"), config);
  const args = [at("proxy.log"), await pathOfPart("openbao"), kind, `-config=${at("proxy.hcl")}`];
  const proxy = startTied("tied_program.sh", args, { env: { HOME: directory } });
  const socket = at("bao.sock");
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  try {
    await waitUntil(`bao ${kind} answers`, 60, async () => {
      // With a token of its own, it may look that up.
      const path = withoutToken ? "sys/health" : "auth/token/lookup-self";
      const { ok, body } = await fetch(`http://localhost/v1/${path}`, {
        client,
        headers: { "x-vault-request": "true" },
      });
      await body?.cancel();
      return ok || undefined;
    });
  } catch (cause) {
    await proxy.close();
    const said = await Deno.readTextFile(at("proxy.log"));
    throw new Error(`Cannot start bao ${kind}, which said:\n${said}`, { cause });
  } finally {
    client.close();
  }
  return { address: `unix://${socket}`, [Symbol.asyncDispose]: () => proxy.close() };
}
