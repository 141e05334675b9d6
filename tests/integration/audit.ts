/** What a server with an audit log was asked. */
import type { OpenBao } from "../support/openbao.ts";

/** Answers the API paths that were asked for since the last call, in their order. */
export function listen({ auditFile }: OpenBao): () => string[] {
  const read = () => Deno.readTextFileSync(auditFile ?? "");
  let heard = read().length;
  return () => {
    const text = read();
    const lines = text.slice(heard).split("\n").filter((line) => line !== "");
    heard = text.length;
    return lines.map((line) => JSON.parse(line))
      .filter(({ type }) => type === "response")
      .map(({ request, error }) => error ? `${request.path} refused` : request.path);
  };
}
