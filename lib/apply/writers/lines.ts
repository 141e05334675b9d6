/** Lines of a stream. */

/** @param longest Characters. Throws Error if a line is longer. */
export async function* lines(
  stream: ReadableStream<Uint8Array>,
  longest: number,
): AsyncGenerator<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as Decoder)) {
    const found = (text + part).split("\n");
    text = found.pop() ?? "";
    yield* found;
    if (text.length > longest) throw new Error("A line is too long");
  }
}

type Decoder = ReadableWritablePair<string, Uint8Array>;
