/** A worker that swaps what lies at two paths, over and over, as fast as it can. */

interface Swap {
  readonly one: string;
  readonly other: string;
  readonly milliseconds: number;
}

interface Scope {
  onmessage: (event: MessageEvent<Swap>) => void;
  postMessage(swaps: number): void;
}

const scope = self as unknown as Scope;
scope.onmessage = ({ data }) => {
  const { one, other, milliseconds } = data;
  const spare = `${one}.spare`;
  const end = performance.now() + milliseconds;
  let swaps = 0;
  while (performance.now() < end) {
    Deno.renameSync(one, spare);
    Deno.renameSync(other, one);
    Deno.renameSync(spare, other);
    swaps++;
  }
  scope.postMessage(swaps);
};
