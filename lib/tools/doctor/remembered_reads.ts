import type { VaultSession } from "../../vault/session/session.ts";
import type { VaultAnswer } from "../../vault/wire/answer.ts";

/** A session that reads each path once, since several checks need the same answers. */
export function rememberReads(session: VaultSession): VaultSession {
  const answers = new Map<string, Promise<VaultAnswer>>();
  return {
    get loginMethod() {
      return session.loginMethod;
    },
    clean: session.clean,
    secrets: session.secrets,
    write: (path, body, unsafe) => session.write(path, body, unsafe),
    read: (path) => {
      const answer = answers.get(path) ?? session.read(path);
      answers.set(path, answer);
      return answer;
    },
    close: () => session.close(),
  };
}
