/** Requests to the real worker that runs programs, as evil code would send them: none is of the plan. */

type Tries = Record<string, () => unknown>;

const EVIL = "/etc/cron.d/evil";

/** @param port Of the worker that runs programs. */
export function hostileRequests(directory: string, port: MessagePort): Tries {
  let sent = 0;
  const ask = async (name: unknown, ...args: readonly unknown[]): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<{ readonly kind: string }>();
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage({ id: ++sent, name, args });
    const { kind } = await promise;
    if (kind !== "done") throw Object.assign(new Error("refused"), { name: "Refused" });
  };
  const user = { uid: 1000, gid: 1000 };
  const users = `${directory}/user/web.crt`;
  const bundle = `${directory}/bundles/web`;
  const version = ".web.vcm-0123456789abcdef";
  const make = (path: string) => ({
    do: "make",
    file: {
      path,
      content: { encoding: "utf8", data: "x" },
      mode: 0o4755,
      createDirs: true,
      uid: 0,
    },
  });
  const requests: readonly (readonly [unknown, ...unknown[]])[] = [
    ...["constructor", "__proto__", "toString", "hasOwnProperty", "spawn", "run", "", "act "]
      .map((name) => [name, "/bin/sh"] as const),
    ...[0, null, undefined, {}, ["act"], true].map((name) => [name, "command:x"] as const),
    ["act"],
    ["act", "command:y"],
    ["act", "/bin/sh -c id"],
    ["act", ["command:x"]],
    ["act", { service: "command:x" }],
    ["act", "__proto__"],
    ["act", "*"],
    ["act", "command:x\0"],
    ["validate", "command:x", 1],
    ["validate", "command:x", -1],
    ["validate", "command:x", "0"],
    ["validate", "command:x", "length"],
    ["validate", "command:x", 0.5],
    ["validate", "command:x", ["/bin/sh"]],
    ["validate", "command:y", 0],
    ["validate"],
    ["write", { uid: 0, gid: 0 }, make(users)],
    ["write", { uid: 1001, gid: 1000 }, make(users)],
    ["write", { uid: 1000, gid: 0 }, make(users)],
    ["write", { uid: "1000 1000", gid: "" }, make(users)],
    ["write", { uid: "0", gid: 1000 }, make(users)],
    ["write", null, make(users)],
    ["write", user, make(EVIL)],
    ["write", user, make(`${directory}/user/../secret`)],
    ["write", user, make(`${directory}/user`)],
    ["write", user, make(`${users}/../other`)],
    ["write", user, { do: "remove", path: `${directory}/user/other` }],
    ["write", user, { do: "remove", path: [users] }],
    ["write", user, { do: "keep", path: "/etc/shadow", inPlace: false }],
    ["write", user, { do: "replace", path: EVIL, inPlace: true }],
    ["write", user, { do: "restore", path: EVIL, kept: false, inPlace: false }],
    ["write", user, { do: "sync", directory: "/etc" }],
    ["write", user, { do: "run", path: "/bin/sh" }],
    ["write", user, null],
    ["write", user],
    ["linkBundle", EVIL, version],
    ["linkBundle", bundle, "/etc/shadow"],
    ["linkBundle", bundle, "../../etc"],
    ["linkBundle", bundle, ".other.vcm-0123456789abcdef"],
    ["linkBundle", bundle, `${version}/..`],
    ["linkBundle", bundle, [version]],
    ["linkBundle", bundle, `${version}\n`],
    ["linkBundle", bundle],
    ["linkBundle", [bundle], version],
    ["linkBundle", `${directory}/ssl/web.crt`, version],
    ["copyLink", "/proc/1/exe"],
    ["copyLink", `${directory}/link`],
    ["copyLink", `${directory}/ssl/web.crt`],
    ["copyLink", users],
    ["copyLink"],
    ["copyContext", "/etc/shadow"],
    ["copyContext", users],
    ["copyContext", bundle],
    ["copyContext", bundle, { version: "../..", part: "privkey" }],
    ["copyContext", bundle, { version, part: "../../../etc/shadow" }],
    ["copyContext", `${directory}/ssl/web.crt`, { version, part: "cert" }],
    ["copyContext", EVIL, { version }],
    ["setAcls"],
    ["setAcls", ["/etc/shadow"]],
    ["setAcls", [{ path: "/etc/shadow" }]],
    ["setAcls", [{ path: users }]],
    ["setAcls", [{ path: bundle, version }]],
    ["setAcls", [{ path: `${directory}/ssl/web.crt` }]],
    ["observe"],
    ["observe", 1],
  ];
  const named = requests.map((request) => [JSON.stringify(request), request] as const);
  const all = [...named, ...Object.entries(oddities())];
  return Object.fromEntries(all.map(([name, request]) => [name, () => ask(...request)]));

  /** Values that a port carries and JSON does not, or not as what they are. */
  function oddities(): Record<string, readonly [unknown, ...unknown[]]> {
    const other = `${directory}/user/other`;
    const { file } = make(other);
    const text = (value: string) => Object(value) as string;
    const array = (properties: object) => Object.assign([], properties);
    return {
      "a String that says make": ["write", user, { do: text("make"), path: users, file }],
      "a String that says sync": ["write", user, {
        do: text("sync"),
        path: users,
        directory: "/etc",
      }],
      "a list that says make": ["write", user, { do: ["make"], path: other, file }],
      "a list with the properties of a request": ["write", user, array(make(users))],
      "a list with the properties of a file": ["write", user, {
        do: "make",
        file: array(make(users).file),
      }],
      "a String for another path": ["write", user, { do: "remove", path: text(other) }],
      "a String for a user": ["write", { uid: text("1000"), gid: text("1000") }, make(users)],
      "lists for a user": ["write", { uid: [1000], gid: [1000] }, make(users)],
      "large integers for a user": ["write", { uid: 1000n, gid: 1000n }, make(users)],
      "Numbers for a user": ["write", { uid: Object(1000), gid: Object(1000) }, make(users)],
      "an error for a request": ["write", user, Object.assign(new Error(users), { path: users })],
      "a map for a request": ["write", user, new Map(Object.entries(make(users)))],
      "a request that contains itself": ["write", user, cycle()],
      "a path in another normal form": ["write", user, { do: "remove", path: `${users}\u0301` }],
      "a path with another slash": ["write", user, {
        do: "remove",
        path: users.replace("/user/", "//user/"),
      }],
      "a path that ends with NUL": ["write", user, { do: "remove", path: `${users}\0` }],
      "a path that ends with a slash": ["write", user, { do: "remove", path: `${users}/` }],
      "a String for a service": ["act", text("command:x")],
      "a map for a service": ["act", new Map([["command:x", 1]])],
      "a String for a version": ["linkBundle", bundle, text(version)],
      "a String for a bundle": ["linkBundle", text(bundle), version],
      "a String for a part": ["copyContext", bundle, { version, part: text("cert") }],
      "a String for a function": [text("act"), "command:x"],
      "a number for a command": ["validate", "command:x", Object(0)],
      "bytes for a service": ["act", new TextEncoder().encode("command:x")],
      "a property of every object": [
        "write",
        user,
        JSON.parse(
          `{"__proto__": {"do": "make", "path": "${users}"}, "do": "remove", "path": "${other}"}`,
        ),
      ],
    };
  }

  function cycle(): unknown {
    const request: Record<string, unknown> = { do: "remove", path: users };
    request.file = request;
    return request;
  }
}
