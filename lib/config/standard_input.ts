/** Reads a configuration from standard input. */
import { ConfigError } from "./diagnostic.ts";
import { decode, MAX_BYTES, reason, TOO_LARGE } from "./trusted_file.ts";

/**
 * Whoever pipes a text into the command answers for it, so nothing is known of its owner and mode.
 * Throws `ConfigError` if there is no text.
 *
 * @param name How messages name it.
 */
export async function readStandardInput(name: string): Promise<string> {
  const refuse = (message: string): never => {
    throw new ConfigError(name, [{ key: "", message }]);
  };
  if (Deno.stdin.isTerminal()) {
    return refuse('standard input is a terminal; pipe a file into it ("vcm check -c - < FILE")');
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const chunk of Deno.stdin.readable) {
      size += chunk.length;
      if (size > MAX_BYTES) return refuse(TOO_LARGE);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    return refuse(`standard input ${reason(error)}`);
  }
  return decode(name, new Uint8Array(await new Blob(chunks).arrayBuffer()));
}
