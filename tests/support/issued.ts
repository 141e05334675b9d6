import type { OpenBao } from "./openbao.ts";

/** Serial numbers of the certificates that a mount has issued, with those of its CAs. */
export async function listIssued(
  { api }: Pick<OpenBao, "api">,
  mount = "pki",
): Promise<readonly string[]> {
  const { body } = await api("GET", `${mount}/certs?list=true`);
  return body.data?.["keys"] as readonly string[] | undefined ?? [];
}

/** How many these are. */
export async function countIssued(server: Pick<OpenBao, "api">, mount = "pki"): Promise<number> {
  return (await listIssued(server, mount)).length;
}
