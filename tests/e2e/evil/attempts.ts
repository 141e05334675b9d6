/** Tries one thing after the other, and says what came of each: "done", or the error's name. */
export async function attempts(
  tries: Readonly<Record<string, () => unknown>>,
): Promise<Record<string, string>> {
  const came: Record<string, string> = {};
  for (const [name, fn] of Object.entries(tries)) {
    try {
      came[name] = await Promise.race([Promise.resolve(fn()).then(() => "done"), late()]);
    } catch (error) {
      came[name] = error instanceof Error ? error.name : String(error);
    }
  }
  return came;
}

/** Something that neither succeeds nor fails has got nothing. */
function late(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 15_000, "no answer"));
}

/** What evil code in a worker is told, and says. */
export interface EvilChannel {
  onmessage: ((message: MessageEvent<EvilInput>) => void) | null;
  postMessage(message: unknown): void;
}

export interface EvilInput {
  readonly directory: string;
  /** To the worker that runs programs. */
  readonly port?: MessagePort;
}

// What the runtime refuses later must not end the thread: there are more things to try.
for (const name of ["error", "unhandledrejection"]) {
  globalThis.addEventListener(name, (event) => event.preventDefault());
}
