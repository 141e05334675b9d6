/** Time and chance, replaceable in tests. */
export interface Clock {
  now(): number;
  /** From 0 to 1. */
  random(): number;
  pause(milliseconds: number): Promise<void>;
}

export const CLOCK: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
