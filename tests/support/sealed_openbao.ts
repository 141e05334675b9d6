/** An OpenBao with a certificate of the test's own. It is not initialized: it answers, and says so. */
import { freePort } from "./free_port.ts";
import { startListening } from "./listening_process.ts";
import { pathOfPart } from "./parts.ts";
import type { Directory } from "./rig.ts";

/**
 * @param certificate Its file in the directory.
 * @param more Further lines of the listener.
 */
export async function startSealedOpenBao(
  { at, write }: Directory,
  certificate: string,
  key: string,
  more = "",
) {
  const port = freePort();
  write(
    "server.hcl",
    `listener "tcp" {\n address = "127.0.0.1:${port}"\n tls_cert_file = "${at(certificate)}"\n` +
      ` tls_key_file = "${at(key)}"\n${more}}\nstorage "inmem" {}\n`,
  );
  const args = ["server", `-config=${at("server.hcl")}`, "-log-level=error"];
  const server = await startListening(await pathOfPart("openbao"), args, port, { HOME: at(".") });
  return { port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
