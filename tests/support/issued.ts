import type { OpenBao } from "./openbao.ts";

/** Serial numbers of the certificates that the mount `pki` has issued, with those of its CAs. */
export async function listIssued({ api }: Pick<OpenBao, "api">): Promise<readonly string[]> {
  const { body } = await api("GET", "pki/certs?list=true");
  return body.data?.["keys"] as readonly string[] | undefined ?? [];
}

/** How many these are. */
export async function countIssued(server: Pick<OpenBao, "api">): Promise<number> {
  return (await listIssued(server)).length;
}
