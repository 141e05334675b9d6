import assert from "node:assert/strict";
import { explainUnreachable, Refused } from "../../../lib/observe/explain_unreachable.ts";
import { pureTest } from "../../support/pure_test.ts";

const TRIED = { stage: "connect", late: false, limit: 2_000, startTls: undefined } as const;

function coded(code: string, message = "failed"): Error {
  return Object.assign(new Error(message), { code });
}

pureTest("explainUnreachable() says in plain words what a person can look at", () => {
  const explain = (error: unknown) => explainUnreachable("web:443", { ...TRIED, error });
  assert.equal(explain(coded("ENOTFOUND")), "the host name of web:443 was not found");
  assert.equal(explain(coded("EAI_AGAIN")), "the host name of web:443 was not found");
  assert.equal(explain(coded("ECONNREFUSED")), "nothing is listening on web:443");
  assert.equal(
    explain(new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")])),
    "nothing is listening on web:443",
  );
  assert.equal(explain(new Refused("has no address")), "web:443 has no address");
  assert.equal(explain(coded("ENETUNREACH", "odd\x1b")), "cannot probe web:443: odd\ufffd");
  assert.equal(explain("no error at all"), "cannot probe web:443: no error at all");
});

pureTest("explainUnreachable() says how far it came in its time", () => {
  const explain = (stage: "connect" | "talk" | "handshake") =>
    explainUnreachable("mail:25", { ...TRIED, stage, late: true, startTls: "smtp", error: 0 });
  assert.equal(explain("connect"), "no connection to mail:25 within 2 s");
  assert.equal(explain("talk"), "mail:25 did not answer over smtp within 2 s");
  assert.equal(explain("handshake"), "mail:25 did not answer over TLS within 2 s");
});

pureTest("explainUnreachable() puts the runtime's alerts into words", () => {
  const error = new Error("received fatal alert: HandshakeFailure");
  assert.equal(
    explainUnreachable("web:443", { ...TRIED, stage: "handshake", error }),
    "web:443 refused the TLS handshake: handshake failure",
  );
});
