import assert from "node:assert/strict";
import { LIMITS } from "../../../../lib/vault/access/server_access.ts";
import { NotSentError, VaultError } from "../../../../lib/vault/errors.ts";
import { explainFailure } from "../../../../lib/vault/wire/explain_failure.ts";
import { pureTest } from "../../../support/pure_test.ts";

const CLOCK_FIX = "; renew it on the server or, if the time is wrong, set this host's clock";

const A = "https://vault.test";
const NOW = new Date("2026-11-24T10:00:59Z");

/** An error of the runtime, with the causes below it. */
function failed(...messages: readonly [string, ...string[]]): Error {
  const [first, ...others] = messages;
  const [next, ...more] = others;
  return next === undefined
    ? new TypeError(first)
    : new TypeError(first, { cause: failed(next, ...more) });
}

/** What the runtime says, what is made of it, and whether it may pass. */
const FAILURES: readonly (readonly [unknown, string, boolean])[] = [
  [
    failed(
      "error sending request for url (https://vault.test/): client error (Connect): tcp " +
        "connect error: Connection refused (os error 111)",
    ),
    `Cannot connect to "${A}": connection refused; is the server running?`,
    true,
  ],
  [
    failed("error sending request", "client error (Connect)", "Connection refused (os error 111)"),
    `Cannot connect to "${A}": connection refused; is the server running?`,
    true,
  ],
  [
    failed("failed to lookup address information: Name or service not known"),
    `Cannot resolve the host of "${A}"; check the name, and DNS on this host`,
    true,
  ],
  [
    failed("getaddrinfo ENOTFOUND vault.test"),
    `Cannot resolve the host of "${A}"; check the name, and DNS on this host`,
    true,
  ],
  [
    failed("invalid peer certificate: UnknownIssuer"),
    `Cannot verify the TLS certificate of "${A}": its issuer is not trusted; set ` +
    '"vault_ssl_verify" (or VAULT_CACERT) to the CA file',
    false,
  ],
  [
    failed("error sending request", "invalid peer certificate: BadSignature"),
    `Cannot verify the TLS certificate of "${A}": its issuer is not trusted; set ` +
    '"vault_ssl_verify" (or VAULT_CACERT) to the CA file',
    false,
  ],
  [
    failed('invalid peer certificate: certificate not valid for name "a"'),
    `Cannot verify the TLS certificate of "${A}": it is for another name; use a name from ` +
    'it in the address, or set "tls_server_name"',
    false,
  ],
  [
    failed("invalid peer certificate: certificate expired: verification time 1"),
    `Cannot verify the TLS certificate of "${A}": it has expired (this host's clock says ` +
    `2026-11-24 10:00 UTC)${CLOCK_FIX}`,
    false,
  ],
  [
    failed(
      "error sending request for url (https://expired.test/)",
      "invalid peer certificate: certificate not valid yet: verification time 1 (UNIX)",
    ),
    `Cannot verify the TLS certificate of "${A}": it is not valid yet (this host's clock says ` +
    `2026-11-24 10:00 UTC)${CLOCK_FIX}`,
    false,
  ],
  [
    failed("invalid peer certificate: NotValidYet"),
    `Cannot verify the TLS certificate of "${A}": it is not valid yet (this host's clock says ` +
    `2026-11-24 10:00 UTC)${CLOCK_FIX}`,
    false,
  ],
  [
    failed("x: invalid peer certificate: CaUsedAsEndEntity"),
    `Cannot verify the TLS certificate of "${A}": it is a CA certificate; give the server ` +
    "one with basicConstraints=CA:FALSE, or, if it is self-signed, name it itself as the CA file " +
    "(without a proxy and a client certificate)",
    false,
  ],
  [
    failed("received corrupt message of type InvalidContentType"),
    `"${A}" does not speak TLS; is it an "http://" address?`,
    false,
  ],
  [
    failed(
      "error sending request: client error (SendRequest): connection reset by peer (os error 104)",
    ),
    `Cannot talk to "${A}": connection reset by peer`,
    true,
  ],
  [
    new DOMException("Signal timed out.", "TimeoutError"),
    `No answer from "${A}" within 60 s`,
    false,
  ],
  ["a text that was thrown", `Cannot talk to "${A}": a text that was thrown`, true],
];

pureTest(
  "explainFailure() says in plain words what the runtime says, and whether it may pass",
  () => {
    for (const [error, message, retryable] of FAILURES) {
      const explained = explainFailure(A, error, LIMITS, false, NOW);
      assert.deepEqual([explained.message, explained.retryable], [message, retryable]);
      assert.equal(explained.cause, error);
    }
  },
);

pureTest("explainFailure() says of a socket what the system says", () => {
  const address = "unix:///run/a b.sock";
  const denied = "permission denied; see: namei -l '/run/a b.sock'";
  const busy = "its queue of connections is full; the agent or proxy is busy";
  const failures = [
    ["EACCES", "Permission denied (os error 13)", denied, false],
    ["EAGAIN", "Resource temporarily unavailable (os error 11)", busy, true],
    [
      "ELOOP",
      "Too many levels of symbolic links (os error 40)",
      "too many levels of symbolic links",
    ],
  ] as const;
  for (const [code, said, why, retryable = false] of failures) {
    const reason = Object.assign(new Error(said), { code });
    const explained = explainFailure(address, new NotSentError(reason), LIMITS);
    assert.equal(explained.message, `Cannot connect to "${address}": ${why}`);
    assert.deepEqual([explained.retryable, explained.lost], [retryable, false]);
  }
});

pureTest("explainFailure() does not change a plain message", () => {
  const error = new VaultError("said", { status: 400 });
  assert.equal(explainFailure(A, error, LIMITS), error);
});

pureTest("explainFailure() shows nothing of a header that cannot be sent", () => {
  for (const text of ["Invalid header value: s.x", "Cannot convert to ByteString: s.x"]) {
    const error = explainFailure(A, failed(text), LIMITS);
    assert.equal(
      error.message,
      "The token cannot be sent: it contains a character that is not allowed",
    );
    assert.equal(Deno.inspect(error).includes("s.x"), false);
  }
});
