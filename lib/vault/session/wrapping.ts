/**
 * What a policy demands of a request beyond its path: parameters, and response wrapping (Vault
 * documentation, "Policies", "Fine-grained control"). A server refuses all of it like a missing path.
 */
import { VaultError, WastedAnswerError } from "../errors.ts";
import { type Clean, errorsOf } from "../wire/answer.ts";
import type { Capability } from "../wire/denial.ts";
import type { JsonObject } from "../wire/parse_object.ts";
import type { RawAnswer } from "../wire/transport.ts";

/** Seconds of the one try with response wrapping; the answer is unwrapped at once. */
export const WRAP_SECONDS = 60;
export const WRAP_TTL = `${WRAP_SECONDS}s`;

/** @param capabilities What the server lists for a path. */
export function hasCapability(capabilities: unknown, capability: Capability): boolean {
  return Array.isArray(capabilities) &&
    [capability, "root"].some((one) => capabilities.includes(one));
}

/** The error for a request that is refused although the policy has its path. */
export function explainLimits(
  address: string,
  path: string,
  capability: Capability,
  body: JsonObject | undefined,
): VaultError {
  const sent = sentParameters(body);
  return new VaultError(
    `"${address}" denied "${capability}" on "${path}" (403), although the policy has that path: the ` +
      "policy limits parameters (allowed_parameters, denied_parameters, required_parameters) or wants " +
      `response wrapping with another TTL than ${WRAP_TTL}; VCM sends: ${
        sent || "no parameters"
      }; ` +
      'to see which: "vcm doctor"',
    { status: 403 },
  );
}

function sentParameters(body: JsonObject = {}): string {
  return Object.entries(body).filter(([, value]) => value !== undefined).map(([name]) => name)
    .join(", ");
}

/** The error for an answer that the server does not give out; with it, its content is lost. */
export function refusedToUnwrap(
  address: string,
  path: string,
  answer: RawAnswer,
  clean: Clean,
): VaultError {
  const { status } = answer;
  return new WastedAnswerError(
    `"${address}" refused to unwrap its own answer to "${path}" (${status}: ` +
      `${
        errorsOf(answer, clean)
      }); the wrapping token has expired, or another party has used it and ` +
      "has what it wraps",
    { status },
  );
}
