/** A host that only remembers: what was printed, appended and given up. */
import type { Host } from "../../lib/command/host.ts";
import { NOW } from "./fixtures.ts";

export interface FakeHost extends Host {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly givenUp: readonly string[];
  readonly appended: ReadonlyMap<string, string>;
}

export interface FakeHostOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly now?: Date;
  readonly outIsTerminal?: boolean;
  readonly errIsTerminal?: boolean;
  readonly errIsJournal?: boolean;
  readonly columns?: number;
  /** Replaces single doors, to let them fail. */
  readonly doors?: Partial<Host>;
}

export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const out: string[] = [];
  const err: string[] = [];
  const givenUp: string[] = [];
  const appended = new Map<string, string>();
  return {
    env: (name) => options.env?.[name],
    uid: () => options.uid ?? 1000,
    now: () => options.now ?? NOW,
    coreLimit: () => Promise.resolve("0"),
    hostName: () => "web-1",
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    outIsTerminal: options.outIsTerminal ?? false,
    errIsTerminal: options.errIsTerminal ?? false,
    errIsJournal: options.errIsJournal ?? false,
    columns: options.columns,
    read: (path) => {
      throw new Error(`No file "${path}"`);
    },
    list: () => [],
    exists: () => false,
    canAsk: false,
    ask: () => false,
    openLog: (path) => (text) => void appended.set(path, (appended.get(path) ?? "") + text),
    usesWorker: false,
    giveUp: (...names) => void givenUp.push(...names),
    ...options.doors,
    stdout: () => out.join(""),
    stderr: () => err.join(""),
    givenUp,
    appended,
  };
}
