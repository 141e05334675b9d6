/**
 * Whether signals end the commands that this thread runs. The program asks for that at its start, at
 * which it does not load what runs commands.
 */
let guarded = false;

/**
 * From now on a signal that comes while commands run, and that nobody else handles, ends these, then
 * the process.
 */
export function guardCommands(): void {
  guarded = true;
}

/** Whether `guardCommands()` was called. */
export function isGuarded(): boolean {
  return guarded;
}
