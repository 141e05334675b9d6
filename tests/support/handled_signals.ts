/** Whether a process has handled the signals that it got. */
import { waitUntil } from "./wait_until.ts";

/** Looks in a row, since the threads of one look are seen one after the other. */
const LOOKS = 3;

/** Waits until no signal of the process is pending, and all of its threads sleep. */
export async function untilSignalsHandled(pid: number): Promise<void> {
  let idle = 0;
  await waitUntil(`process ${pid} has handled its signals`, 60, () => {
    idle = isIdle(pid) ? idle + 1 : 0;
    return Promise.resolve(idle === LOOKS || undefined);
  });
}

function isIdle(pid: number): boolean {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].every(({ name }) => {
    const status = Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`);
    return /^State:\tS/m.test(status) && [...status.matchAll(/^S\w+Pnd:\t(\w+)$/gm)]
      .every(([, pending]) => Number(`0x${pending}`) === 0);
  });
}
