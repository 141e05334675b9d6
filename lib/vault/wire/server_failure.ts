/** Which answers are no answer to a request, because the same request can succeed later. */
import { VaultError } from "../errors.ts";
import { type Clean, errorsOf, explainRefusal, isCutShort, isRefusal, notReady } from "./answer.ts";
import { readRetryAfter } from "./back_off.ts";
import { describePage, isForeign } from "./foreign_answer.ts";
import type { RawAnswer } from "./transport.ts";

/** Why one server gave no usable answer. */
export interface ServerFailure {
  readonly error: VaultError;
  readonly retryable: boolean;
  /** The server answers nobody: it refuses connections, is silent, or is sealed. */
  readonly down: boolean;
  /** The server limits the rate of requests. */
  readonly limited: boolean;
  /** Milliseconds that the server asked to wait. */
  readonly wait: number;
}

/**
 * Vault API, "HTTP status codes": state not replicated yet, too many requests, disaster recovery
 * secondary, performance standby, internal error (such as a standby without a leader), not
 * initialized, sealed. Proxies: no or no usable answer of the server behind them; 520 is
 * Cloudflare's.
 */
const RETRYABLE: ReadonlySet<number> = new Set([
  412,
  429,
  472,
  473,
  500,
  501,
  502,
  503,
  504,
  520,
]);

/** Undefined if the answer is one to the request. */
export function findFailure(
  address: string,
  path: string,
  answer: RawAnswer,
  clean: Clean,
  now: Date,
): ServerFailure | undefined {
  const { status, serverTime = now } = answer;
  if (isCutShort(answer)) {
    const message = `"${address}" sent only part of its answer to "${path}"`;
    const error = new VaultError(message, { lost: true });
    return { error, retryable: true, down: false, limited: false, wait: 0 };
  }
  if (!RETRYABLE.has(status) || isRefusal(answer)) return undefined;
  return {
    error: explain(address, path, answer, clean),
    retryable: true,
    down: status === 503 && /\bsealed\b/i.test(errorsOf(answer, clean)),
    limited: status === 429,
    wait: readRetryAfter(answer.retryAfter, serverTime),
  };
}

function explain(address: string, path: string, answer: RawAnswer, clean: Clean): VaultError {
  const { status } = answer;
  const said = errorsOf(answer, clean);
  // Of a proxy: that the server is sealed is not known.
  switch (status === 503 && isForeign(answer) ? 502 : status) {
    case 429:
      return new VaultError(
        `"${address}" limits the rate of requests (429: ${said}); its rate limit quota may be ` +
          "too low",
        { status },
      );
    case 503:
      return notReady(address, status);
    case 502:
    case 504:
    case 520: {
      // With 504 and 520 the server behind the proxy got the request.
      const why = isForeign(answer) ? describePage(answer, clean) : `${status}: ${said}`;
      const message = `"${address}" cannot be reached behind its proxy (${why})`;
      return new VaultError(message, { status, lost: status !== 502 && status !== 503 });
    }
    default: {
      const { message } = explainRefusal(address, path, answer, clean, "update");
      return new VaultError(message, { status, lost: status === 500 && hidesReason(said) });
    }
  }
}

/** Vault says so too if it did the work and could not write its audit log. */
function hidesReason(said: string): boolean {
  return said === "no reason given" || /internal error/.test(said);
}

/** `AbortSignal.timeout()` throws this. */
export function isTimeout({ cause }: VaultError): boolean {
  return cause instanceof DOMException && cause.name === "TimeoutError";
}
