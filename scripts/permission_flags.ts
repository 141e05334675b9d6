/**
 * Returns the permission flags of the task "vcm", which is the one place where they are written:
 * the words between `run` and `main.ts`.
 */
export function permissionFlags(task: string): readonly string[] {
  const words = task.split(/\s+/);
  const from = words.indexOf("run") + 1;
  const to = words.indexOf("main.ts");
  if (from === 0 || to < from) {
    throw new Error(`Cannot find "run … main.ts" in the task "vcm": got "${task}"`);
  }
  return words.slice(from, to);
}
