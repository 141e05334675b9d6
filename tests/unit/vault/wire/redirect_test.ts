import assert from "node:assert/strict";
import { VaultError } from "../../../../lib/vault/errors.ts";
import { findRedirect } from "../../../../lib/vault/wire/redirect.ts";
import { pureTest } from "../../../support/pure_test.ts";

const FROM = "https://a.test:8200/v1/pki/issue/web";
const ACCESS = {
  addresses: ["https://a.test:8200", "https://b.test:8200/base"],
  redirectHosts: ["c.test", "d.test:8300", "[fd00::1]"],
  allowHttp: false,
};

function follow(location: string | undefined, access: Partial<typeof ACCESS> = {}, from = FROM) {
  const answer = { status: 307, body: "", ...(location === undefined ? {} : { location }) };
  return findRedirect(from, answer, { ...ACCESS, ...access }, String)?.url;
}

function refusal(
  location: string | undefined,
  access: Partial<typeof ACCESS> = {},
  from = FROM,
): string {
  try {
    follow(location, access, from);
  } catch (error) {
    assert.ok(error instanceof VaultError);
    return error.message;
  }
  assert.fail(`it follows to ${location}`);
}

pureTest("findRedirect() follows to the addresses of the file and to redirect_hosts", () => {
  const allowed = [
    "https://a.test:8200/v1/other",
    "https://b.test:8200/v1/pki/issue/web",
    "https://c.test/v1/pki/issue/web",
    "https://c.test:9999/v1/pki/issue/web",
    "https://d.test:8300/v1/pki/issue/web",
    "https://[fd00::1]:8200/v1/pki/issue/web",
  ];
  for (const location of allowed) assert.equal(follow(location), location);
  assert.equal(follow("/v1/other?a=b"), "https://a.test:8200/v1/other?a=b");
  assert.equal(follow("HTTPS://C.TEST/v1/x"), "https://c.test/v1/x");
});

pureTest("findRedirect() tells the address that answers by its origin", () => {
  const answer = { status: 307, body: "", location: "https://c.test:8200/v1/pki/issue/web?x=1" };
  assert.deepEqual(findRedirect(FROM, answer, ACCESS, String), {
    url: "https://c.test:8200/v1/pki/issue/web?x=1",
    origin: "https://c.test:8200",
  });
});

pureTest("findRedirect() follows nowhere else", () => {
  const refused = [
    undefined,
    "//",
    "https://",
    "https://evil.test/v1/x",
    // Another port is another server; a name that only looks like one is none.
    "https://a.test/v1/x",
    "https://a.test:8201/v1/x",
    "https://d.test/v1/x",
    "https://c.test.evil.test/v1/x",
    "https://evil-c.test/v1/x",
    "https://c.test@evil.test/v1/x",
    "https://user@c.test/v1/x",
    "https://c.test:8200@evil.test/v1/x",
    "//evil.test/v1/x",
    "\\\\evil.test\\v1",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:,c.test",
  ];
  for (const location of refused) {
    const end = location === undefined || !URL.canParse(location, FROM)
      ? "; is this a Vault server, or a proxy in front of one?"
      : ', and VCM does not send the token there; if that host is yours, list it under "vault" ' +
        'or "redirect_hosts"';
    // What stands before the "@" may be a password.
    const shown = location?.replace(/\/\/[^/]*@/, "//") ?? "nowhere";
    const message = `"https://a.test:8200" redirects to "${shown}"${end}`;
    assert.equal(refusal(location), message, location);
  }
});

pureTest("findRedirect() goes from TLS to plain text nowhere, not even to this host", () => {
  for (const allowHttp of [false, true]) {
    for (const location of ["http://c.test/v1/x", "ftp://c.test/v1/x", "http://127.0.0.1:1/x"]) {
      const redirectHosts = ["c.test", "127.0.0.1"];
      assert.equal(
        refusal(location, { allowHttp, redirectHosts }),
        `"https://a.test:8200" redirects to "${location}", which would send the token ` +
          "unencrypted; correct api_addr on that server",
      );
    }
  }
});

pureTest(
  "findRedirect() allows plain text on this host, or if it is configured",
  () => {
    const redirectHosts = ["c.test", "localhost"];
    const from = "http://127.0.0.1:8200/v1/x";
    const to = (location: string, allowHttp: boolean) =>
      follow(location, { allowHttp, redirectHosts }, from);
    assert.equal(to("http://localhost:8201/v1/x", false), "http://localhost:8201/v1/x");
    assert.match(
      refusal("http://c.test/v1/x", { redirectHosts }, from),
      /, which would send the token unencrypted; /,
    );
    assert.equal(to("http://c.test/v1/x", true), "http://c.test/v1/x");
    assert.equal(to("https://c.test/v1/x", false), "https://c.test/v1/x");
  },
);

pureTest("findRedirect() accepts only redirect statuses", () => {
  for (const status of [200, 204, 299, 400, 503]) {
    assert.equal(
      findRedirect(FROM, { status, body: "", location: "https://c.test/v1/x" }, ACCESS, String),
      undefined,
    );
  }
  for (const status of [301, 302, 307, 308]) {
    const answer = { status, body: "", location: "https://c.test/v1/x" };
    assert.equal(findRedirect(FROM, answer, ACCESS, String)?.url, "https://c.test/v1/x");
  }
});
