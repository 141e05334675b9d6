/** The JSON that Vault and OpenBao put around every answer. */

/** An answer to one request. Without a body it is a 204. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** An answer with data. */
export function succeed(data: unknown, warnings: readonly string[] = []): Answer {
  return envelope({ data, warnings: warnings.length === 0 ? null : warnings });
}

/** An answer with a login. */
export function admit(auth: unknown): Answer {
  return envelope({ auth });
}

/** A refusal with its messages. */
export function fail(status: number, ...errors: readonly string[]): Answer {
  return { status, body: { errors } };
}

/** A refusal from the part of the server that joins several errors into one message. */
export function failGathered(status: number, error: string): Answer {
  return fail(status, `1 error occurred:\n\t* ${error}\n\n`);
}

function envelope(part: { data?: unknown; warnings?: unknown; auth?: unknown }): Answer {
  return {
    status: 200,
    body: {
      request_id: crypto.randomUUID(),
      lease_id: "",
      renewable: false,
      lease_duration: 0,
      data: part.data ?? null,
      wrap_info: null,
      warnings: part.warnings ?? null,
      auth: part.auth ?? null,
    },
  };
}

/** Whole seconds since 1970. */
export function unixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
