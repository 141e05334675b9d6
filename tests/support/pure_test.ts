/**
 * A test of a pure room. It runs without any permission, so that the runtime itself proves that the
 * code reads, writes and asks for nothing; whatever would touch the machine fails the test.
 *
 * The two variables are the exception: the `yaml` package, in its build for Node, looks at them for
 * its own debugging. They are read and change nothing.
 */
export function pureTest(name: string, fn: () => void | Promise<void>): void {
  Deno.test({
    name,
    permissions: {
      env: ["LOG_TOKENS", "LOG_STREAM"],
      ffi: false,
      import: false,
      net: false,
      read: false,
      run: false,
      sys: false,
      write: false,
    },
    fn,
  });
}
