/** What the tests of effects share: a directory that goes with the test, and facts of files. */
import assert from "node:assert/strict";
import { lstatSync } from "node:fs";

/** A temporary directory that is removed when it goes out of scope. */
export interface Directory extends Disposable {
  readonly path: string;
  /** Path of something in it. */
  at(name: string): string;
  /** Writes a file, with the directories above it. */
  write(name: string, text: string, mode?: number): void;
  read(name: string): string;
  /** Paths of all files and directories in it, directories with a slash at their end, sorted. */
  tree(): string[];
}

export function makeDirectory(): Directory {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vcm-test-" }));
  const at = (name: string) => `${path}/${name}`;
  return {
    path,
    at,
    write(name, text, mode = 0o600) {
      Deno.mkdirSync(at(name).slice(0, at(name).lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(at(name), text);
      Deno.chmodSync(at(name), mode);
    },
    read: (name) => Deno.readTextFileSync(at(name)),
    tree: () => list(path, "").sort(),
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

function list(directory: string, prefix: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? [`${prefix}${name}/`, ...list(`${directory}/${name}`, `${prefix}${name}/`)]
      : [`${prefix}${name}`]
  );
}

/** Permission bits, in octal. */
export function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o7777).toString(8);
}

export function ownersOf(path: string): [number, number] {
  const { uid, gid } = lstatSync(path);
  return [uid, gid];
}

/** Runs something under another umask. */
export function withUmask<T>(mask: number, run: () => T): T {
  const before = Deno.umask(mask);
  try {
    return run();
  } finally {
    Deno.umask(before);
  }
}

/** The same for what takes its time. */
export async function withUmaskUntil<T>(mask: number, run: () => Promise<T>): Promise<T> {
  const before = Deno.umask(mask);
  try {
    return await run();
  } finally {
    Deno.umask(before);
  }
}

/** The error that a call has to throw. */
export function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  assert.fail("it did not fail");
}

/** The error by which a promise has to be rejected. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(() => undefined, (error) => error);
  assert.ok(error instanceof Error, "it did not fail");
  return error;
}

/** Registers a test that only root can run; for others it is skipped, with a line that says so. */
export function rootTest(name: string, fn: () => void | Promise<void>): void {
  const ignore = Deno.uid() !== 0;
  if (ignore) console.error(`Skipped "${name}": files are given to other users, which needs root`);
  Deno.test({ name, fn, ignore });
}
