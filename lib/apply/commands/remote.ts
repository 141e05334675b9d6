/** Sends the requests to the worker that runs programs, and the answers back; both are plain data. */
import { errorCode } from "../../text/plain_cause.ts";
import type { Commands } from "./commands.ts";

/** What a request is, and the arguments of its function. */
interface Request {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly kind: "done"; readonly value: unknown }
  | {
    readonly id: number;
    readonly kind: "failed";
    readonly message: string;
    readonly code?: string;
  };

/** Functions that can be asked for, so that no other property of an object can be. */
const NAMES: Readonly<Record<keyof Commands, true>> = {
  act: true,
  validate: true,
  observe: true,
  write: true,
  linkBundle: true,
  copyLink: true,
  copyContext: true,
  setAcls: true,
  close: true,
};

/** @param port Absent: the plan runs no program, so that no request is sent. */
export function remoteCommands(port: MessagePort | undefined): Commands {
  const waiting = new Map<number, (answer: Answer) => void>();
  let sent = 0;
  if (port !== undefined) {
    port.onmessage = ({ data }: MessageEvent<Answer>) => {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    };
  }
  const ask = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    if (port === undefined) throw new Error("this plan runs no program");
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const id = sent++;
    waiting.set(id, resolve);
    port.postMessage({ id, name, args } satisfies Request);
    const answer = await promise;
    if (answer.kind === "done") return answer.value;
    const { message, code } = answer;
    throw Object.assign(new Error(message), { ...(code !== undefined && { code }) });
  };
  const functions = Object.keys(NAMES).map((name) =>
    [name, (...args: readonly unknown[]) => ask(name, args)] as const
  );
  return Object.fromEntries(functions) as unknown as Commands;
}

/** Answers each request. A message from the port may contain anything. */
export function serveCommands(port: MessagePort, commands: Commands): void {
  port.onmessage = async ({ data }: MessageEvent<Request>) => {
    const { id } = data;
    try {
      port.postMessage({ id, kind: "done", value: await call(data, commands) } satisfies Answer);
    } catch (error) {
      const { message } = error as Error;
      const code = errorCode(error);
      const answer = { id, kind: "failed", message, ...(code !== undefined && { code }) } as const;
      port.postMessage(answer satisfies Answer);
    }
  };
}

async function call({ name, args }: Request, commands: Commands): Promise<unknown> {
  if (typeof name !== "string" || !Object.hasOwn(NAMES, name)) {
    throw new Error("there is no such request");
  }
  const run = commands[name as keyof Commands] as (...args: readonly unknown[]) => unknown;
  return await run.apply(commands, [...args]);
}
