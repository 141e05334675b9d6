/** However a web server's configuration is made, the look at it ends, with a plain note. */
import assert from "node:assert/strict";
import { scanSite } from "../../../../lib/tools/init/scan.ts";
import type { SiteReader } from "../../../../lib/tools/init/types.ts";
import { siteReader } from "../../../support/fixtures_web_servers.ts";
import { pureTest } from "../../../support/pure_test.ts";

const NGINX = "/etc/nginx/nginx.conf";
const APACHE = "/etc/apache2/apache2.conf";
const HAPROXY = "/etc/haproxy/haproxy.cfg";
const MIB = 1024 * 1024;

type Files = Readonly<Record<string, string>>;

/** Names and notes, each a line. */
function look(files: Files, more: Partial<SiteReader> = {}) {
  const { proposals, notes } = scanSite({ ...siteReader(files), ...more }, "/etc/vcm/vcm.yaml");
  return {
    names: proposals.flatMap(({ name, dnsSans }) => [name, ...dnsSans]),
    notes: notes.map(({ at, message }) => `${at}: ${message}`),
  };
}

function server(name: string): string {
  return `server { server_name ${name}; ssl_certificate /${name}.crt; ` +
    `ssl_certificate_key /${name}.key; }\n`;
}

/** `count` files in /c, and a configuration that includes the first. */
function chain(count: number, text: (at: number) => string): Files {
  const files = Array.from({ length: count }, (_, at) => [`/c/${at}`, text(at)]);
  return { [NGINX]: "http { include /c/0; }", ...Object.fromEntries(files) };
}

pureTest("files that include each other twice are read once, and what they hold is found", () => {
  const circle = look(chain(25, (at) => {
    const next = `include /c/${(at + 1) % 25};\n`;
    return next + next + server(`s${at}.test`);
  }));
  assert.equal(circle.names.length, 25);
  const note = '/c/24:1: includes "/c/0", which includes this file';
  assert.deepEqual(circle.notes, [note, note.replace(":1:", ":2:")]);
  const each = look(chain(25, (at) => `include /c/*; include /c/*;\n${server(`s${at}.test`)}`));
  assert.equal(each.names.length, 25);
});

pureTest("files that include each other twice in nested blocks stop at the limit", () => {
  const { notes } = look(chain(25, (at) => `a { include /c/${at + 1}; }\n`.repeat(2)));
  assert.deepEqual(notes, ["/c/24:1: more than 500,000 directives; the rest is left out"]);
});

pureTest("a snippet that several servers include holds for each of them", () => {
  const { names } = look({
    [NGINX]: ["a.test", "b.test"].map((name) =>
      `server { server_name ${name}; include tls; include /etc/nginx/tls; }`
    ).join("\n"),
    "/etc/nginx/tls": "ssl_certificate /x.crt; ssl_certificate_key /x.key;",
  });
  assert.deepEqual(names, ["a.test", "b.test"]);
});

pureTest("of a thousand included files all are read, and no more", () => {
  const sites = (count: number) =>
    look({
      [NGINX]: "include /c/*;",
      ...Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`/c/${at}`, server(`s${at}.test`)]),
      ),
    });
  const all = sites(1000);
  assert.deepEqual([all.names.length, all.notes], [1000, []]);
  const more = sites(3000);
  assert.deepEqual([more.names.length, more.notes], [
    1000,
    [`${NGINX}:1: more than 1,000 included files; the rest is left out`],
  ]);
});

pureTest("a hundred levels are read, and no more", () => {
  const nested = (levels: number, inner: string) =>
    `${"a {\n".repeat(levels)}${inner}${"}\n".repeat(levels)}`;
  assert.deepEqual(look({ [NGINX]: nested(99, server("a.test")) }).names, ["a.test"]);
  const tooDeep = "more than 100 nested blocks";
  const cases: readonly (readonly [Files, string])[] = [
    [{ [NGINX]: nested(3000, "") }, `${NGINX}: cannot be read: line 101: ${tooDeep}`],
    [{ [NGINX]: "a{".repeat(2 * MIB) }, `${NGINX}: cannot be read: line 1: ${tooDeep}`],
    [
      { [APACHE]: `${"<a>\n".repeat(3000)}${"</a>\n".repeat(3000)}` },
      `${APACHE}: cannot be read: line 101: ${tooDeep}`,
    ],
    [
      chain(200, (at) => `include /c/${at + 1};`),
      "/c/99:1: is nested more than 100 levels deep and left out",
    ],
    [
      chain(3, (at) => nested(40, `include /c/${at + 1};\n`)),
      "/c/2:18: is nested more than 100 levels deep and left out",
    ],
  ];
  for (const [files, note] of cases) assert.deepEqual(look(files).notes, [note]);
});

pureTest("patterns that name half of the host are given up", () => {
  const directories = Array.from({ length: 300 }, (_, at) => [`/h/${at}/f`, ""]);
  const { notes } = look({
    // One pattern is expanded once, however often it stands there.
    [NGINX]: Array.from({ length: 1000 }, (_, at) => `include /h/*/*${"?".repeat(at)}f;\n`).join(
      "",
    ),
    ...Object.fromEntries(directories),
  });
  assert.deepEqual(notes, [
    `${NGINX}:34: more than 10,000 directories to list; the rest is left out`,
  ]);
});

pureTest("a directory of includes that nobody may look into is noted", () => {
  const { names, notes } = look({ [NGINX]: `include /c/*;\n${server("a.test")}` }, {
    list: () => {
      throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
    },
  });
  assert.deepEqual([names, notes], [["a.test"], [
    `${NGINX}:1: cannot list "/c": permission denied`,
  ]]);
});

pureTest("many notes are counted, not listed", () => {
  const { notes } = look({ [NGINX]: "include $x;\n".repeat(5000) });
  assert.equal(notes.length, 1001);
  assert.equal(notes.at(-1), `${NGINX}:1001: and 4000 more like this`);
});

pureTest("texts of 4 MiB that are hard to read are read in time", () => {
  const texts: readonly (readonly [string, string])[] = [
    [NGINX, "a;"],
    [NGINX, "x_by_lua_block {"],
    [NGINX, "include /*/*;"],
    [APACHE, "\\\n"],
    [APACHE, `"'`],
    [HAPROXY, "\"a'"],
    [HAPROXY, "bind ssl crt-list /l\n"],
  ];
  const crtList = `/a.pem ${"[".repeat(4 * MIB)}`;
  for (const [file, text] of texts) {
    look({ [file]: text.repeat(4 * MIB / text.length), "/l": crtList });
  }
  const blanks = " ".repeat(4 * MIB);
  assert.deepEqual(look({ [APACHE]: `<a${blanks}x>\n</a>\n` }).notes, []);
  const server = `server { server_name ${"a.".repeat(2 * MIB)}; ssl_certificate /${
    "a/".repeat(MIB)
  }`;
  assert.match(
    look({ [NGINX]: `${server}; ssl_certificate_key /k; }` }).notes[0] ?? "",
    /: ssl_certificate "\/a\/.{1,90}" is longer than 4096 characters$/,
  );
});

pureTest("a certificate that very many servers share is found, with the names that fit", () => {
  const servers = Array.from({ length: 60_000 }, (_, at) => `server{server_name s${at};ssl on;}`);
  const { names, notes } = look({
    [NGINX]: `ssl_certificate /a; ssl_certificate_key /b;\n${servers.join("\n")}`,
  });
  assert.deepEqual([names.length, notes], [50_000, [
    `${NGINX}:1: more than 100,000 names and certificates; the rest is left out`,
  ]]);
});

pureTest("many certificates for one name get unique names, fast enough", () => {
  const count = 20_000;
  const servers = Array.from(
    { length: count },
    (_, at) => `server{server_name a;ssl_certificate /${at};ssl_certificate_key /k${at};}`,
  );
  const { names } = look({ [NGINX]: servers.join("\n") });
  assert.deepEqual([names.length, new Set(names).size, names[1], names.at(-1)], [
    count,
    count,
    "a-2",
    `a-${count}`,
  ]);
});

pureTest("HAProxy: lists of certificates are read once each, a thousand at most", () => {
  const lists = Array.from({ length: 1500 }, (_, at) => [`/l/${at}`, `/${at}.pem s${at}.test\n`]);
  const { names, notes } = look({
    [HAPROXY]: `bind :1 ssl ${lists.map(([path]) => `crt-list ${path}`).join(" ")}\n` +
      "bind :2 ssl crt-list /l/0\n",
    ...Object.fromEntries(lists),
  });
  assert.deepEqual([names.length, notes], [1000, [
    `${HAPROXY}:1: more than 1,000 included files; the rest is left out`,
  ]]);
});
