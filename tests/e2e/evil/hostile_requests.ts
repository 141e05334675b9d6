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
    ["observe"],
    ["observe", 1],
  ];
  return Object.fromEntries(
    requests.map((request) => [JSON.stringify(request), () => ask(...request)]),
  );
}
