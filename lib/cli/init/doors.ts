/** What `vcm init` asks of the machine beside what other commands do. */

export interface InitDoors {
  /** The next line of what a person types, without its end; undefined where there is none any more. */
  readLine(): string | undefined;
  /** Permission bits of the file that a path leads to; undefined where they cannot be told. */
  mode(path: string): number | undefined;
  /** Where a path leads; itself where that cannot be told. */
  real(path: string): string;
}

/** Those of the machine that the program runs on. */
export const DOORS: InitDoors = { readLine, mode, real };

/** In the terminal's own way of editing a line. */
function readLine(): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  // By single bytes: what is behind the line belongs to the next question.
  for (let count = Deno.stdin.readSync(one); one[0] !== 0x0a; count = Deno.stdin.readSync(one)) {
    if (count === null) return undefined;
    bytes.push(...one.subarray(0, count));
  }
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}

function mode(path: string): number | undefined {
  try {
    const { mode } = Deno.statSync(path);
    return mode === null ? undefined : mode & 0o7777;
  } catch {
    return undefined;
  }
}

function real(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}
