/** A certificate's lifetime as a bar: what is past, what is to come, and the renewal window. */
import type { Validity } from "../certificate/renewal.ts";

/** What a bar is drawn with. */
export interface BarSigns {
  readonly past: string;
  readonly ahead: string;
  readonly window: string;
}

export const UNICODE_BAR: BarSigns = { past: "█", ahead: "░", window: "▒" };
export const ASCII_BAR: BarSigns = { past: "#", ahead: "-", window: "=" };

/** @param renewAt Where the renewal window begins. */
export function lifetimeBar(
  validity: Validity,
  renewAt: Date,
  now: Date,
  cells: number,
  { past, ahead, window }: BarSigns,
): string {
  const [begin, end] = [validity.notBefore.getTime(), validity.notAfter.getTime()];
  const cellOf = (moment: Date) => {
    const share = (moment.getTime() - begin) / Math.max(1, end - begin);
    return Math.round(Math.min(1, Math.max(0, share)) * cells);
  };
  // As long as it lasts, some of it is to come.
  const gone = Math.min(cellOf(now), now.getTime() < end ? cells - 1 : cells);
  const opens = Math.min(cellOf(renewAt), cells - 1);
  const until = Math.max(gone, opens);
  return past.repeat(gone) + ahead.repeat(until - gone) + window.repeat(cells - until);
}
