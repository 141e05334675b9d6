/** The thread of a writer process that carries out requests, one after the other. */
import { errorCode } from "../../text/plain_cause.ts";
import { failedCall } from "../../host/change_owner.ts";
import { carryOutRequest } from "./own_writer.ts";
import type { FileRequest } from "./writer.ts";
import type { Answer } from "./writer_process.ts";

/** The thread's side of the channel; the global types are those of the main thread. */
interface Channel {
  onmessage: ((message: MessageEvent<string>) => void) | null;
  postMessage(answer: Answer): void;
}

const channel = globalThis as unknown as Channel;
let last: Promise<void> = Promise.resolve();

channel.onmessage = ({ data: line }) => {
  last = last.then(async () => channel.postMessage(await answerTo(line)));
};

async function answerTo(line: string): Promise<Answer> {
  try {
    return { kind: "done", value: await carryOutRequest(JSON.parse(line) as FileRequest) };
  } catch (error) {
    return { kind: "failed", code: errorCode(error) ?? "", call: failedCall(error) };
  }
}
