/** Does what may fail: the next run does it again. Never throws. */
export function quietly(act: () => void): void {
  try {
    act();
  } catch {
    return;
  }
}
