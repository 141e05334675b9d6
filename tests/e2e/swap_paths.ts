/** A worker that swaps what lies at two paths, over and over, as fast as it can, until it is told. */

interface Swap {
  readonly one: string;
  readonly other: string;
  /** Not 0: it is to end. */
  readonly end: Int32Array<SharedArrayBuffer>;
}

interface Scope {
  onmessage: (event: MessageEvent<Swap>) => void;
  postMessage(swaps: number): void;
}

const scope = self as unknown as Scope;
scope.onmessage = ({ data }) => {
  const { one, other, end } = data;
  const spare = `${one}.spare`;
  let swaps = 0;
  while (Atomics.load(end, 0) === 0) {
    Deno.renameSync(one, spare);
    Deno.renameSync(other, one);
    Deno.renameSync(spare, other);
    swaps++;
  }
  scope.postMessage(swaps);
};
