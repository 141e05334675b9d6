/** `vcm status` by the compiled program, on a terminal and without one. */
import { testsNeeding } from "../support/tests_needing.ts";
import { assert } from "./assert.ts";
import { makeUsersPlace, type UsersPlace } from "./user_site.ts";

// Root is needed, as it is for a machine.
const test = await testsNeeding("machine");

const LONG = `${"a-long-name-".repeat(4)}web.demo.internal`;
const CERTS = `  - name: "${LONG}"
    deploy: [{ cert: "FOLDER/ssl/web.crt" }]
  - name: "mail.demo.internal"
    deploy: [{ cert: "FOLDER/ssl/mail.crt" }, { privkey: "FOLDER/ssl/mail.key" }]
`;

/** What a terminal shows of a shell's line that begins after `vcm` is in `$vcm`. */
async function typed(line: string, place: UsersPlace, locale: string): Promise<string> {
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", `vcm='${place.at("vcm")}'; ${line}`, "/dev/null"],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", LANG: locale, VCM_CONFIG: place.at("vcm.yaml"), TERM: "xterm" },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** What a terminal of so many columns shows of the status, without colours. */
async function shownOn(columns: number, place: UsersPlace, locale: string): Promise<string[]> {
  const text = await typed(`stty cols ${columns}; "$vcm" status`, place, locale);
  assert.ok(text.includes("\x1b[1mNAME"), text);
  // deno-lint-ignore no-control-regex -- escape sequences are what it looks for
  return text.replace(/\x1b\[\d+m/g, "").split("\r\n");
}

test("the table fits the terminal, and is complete without one", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  await place.configure(CERTS);
  assert.equal((await place.vcm(["run"])).code, 0);
  const wide = (await shownOn(80, place, "C.UTF-8")).slice(0, 7);
  for (const line of wide) assert.ok(line.length <= 80, line);
  assert.match(wide[0] ?? "", /^OK: 2 certificates in order, next renewal \d{4}-\d\d-\d\d /);
  assert.match(wide[2] ?? "", /^NAME +ISSUER +LEFT LIFETIME +FILES SVC RENEWAL$/);
  const rows = wide.slice(3, 5).join("\n");
  assert.match(rows, /^a-long-name-\S+… .* \d+[dh] █*░+▒+ ok +- +\d{4}-\d\d-\d\d$/m);
  assert.match(rows, /^mail\.demo\.internal .* ok +- +\d{4}-\d\d-\d\d$/m);

  const ascii = (await shownOn(80, place, "C")).join("\n");
  assert.match(ascii, /^[\x20-\x7e\n]*$/);

  await Deno.remove(place.at("ssl/mail.key"));
  const { code, stdout } = await place.vcm(["status"]);
  assert.equal(code, 2);
  assert.match(stdout, new RegExp(`^mail\\.demo\\.internal .* 1/2 .*\n${LONG} `, "m"));
  assert.match(stdout, /\n\nmail\.demo\.internal: FOLDER\/ssl\/mail\.key: missing\n$/);
  const json = JSON.parse((await place.vcm(["status", "--json", "mail.demo.internal"])).stdout);
  assert.deepEqual([json.standing, json.certificates.length], ["broken", 1]);
});

test("nothing is ok before the first run, and a failure is told once on a terminal", async () => {
  await using place = await makeUsersPlace();
  await place.makeDirectory("ssl", 0);
  const service = 'service: [{ name: "web.service", control: reload }]';
  await place.configure(`  - name: "web.demo.internal"
    deploy: [{ cert: "FOLDER/ssl/web.crt" }, { privkey: "FOLDER/ssl/web.key" }]
    ${service}
  - name: "direct.demo.internal"
    ${service}
`);
  // A certificate of another tool.
  await Deno.writeTextFile(place.at("ssl/web.crt"), "-----BEGIN CERTIFICATE-----\n");
  const { code, stdout } = await place.vcm(["status"]);
  assert.equal(code, 2);
  assert.match(stdout, /^web\.demo\.internal .* 0\/2 +- +now$/m);
  assert.match(stdout, /^direct\.demo\.internal .* - +- +now$/m);

  await Deno.mkdir(place.at("ssl/web.key"));
  const text = await typed('"$vcm" deploy web.demo.internal', place, "C.UTF-8");
  assert.equal(text.match(/is a directory; remove it/g)?.length, 1, text);
  assert.match(text, /error: web\.demo\.internal: .* is a directory; remove it/);
  assert.match(text, /Done: 0 issued, .*; \d failed, 0 skipped\r\n$/);
});
