/** How far a re-issue is ("reissue" in the configuration), for people. */
import { formatTime } from "../text/format_time.ts";
import type { Plan } from "../plan/types.ts";
import { count } from "./paint.ts";

/** A line for each time before which sets were issued. */
export function reissueLines({ certificates, at }: Plan): string[] {
  const asked = certificates.flatMap(({ reissue }) => reissue ?? []);
  const times = Map.groupBy(asked, ({ issuedBefore }) => issuedBefore.getTime());
  return [...times].sort(([a], [b]) => a - b).map(([time, states]) => {
    const before = formatTime(new Date(time));
    const left = states.flatMap(({ from }) => from?.getTime() ?? []);
    const done = `${states.length - left.length} of ${count(states.length, "certificate")}`;
    const about = `re-issue of what was issued before ${before}: ${done} done`;
    if (left.length === 0) return `${about}; "reissue" can be removed from the configuration`;
    const last = new Date(Math.max(...left));
    return last > at ? `${about}; the last one is due ${formatTime(last)}` : about;
  });
}
