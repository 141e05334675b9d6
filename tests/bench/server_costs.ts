/**
 * Measures what certificates cost an OpenBao server, for the table of docs/vault.md: CPU, storage,
 * CRL and tidy. A benchmark, not a test: figures depend on the machine. It takes half a minute.
 */
import { freePort } from "../support/free_port.ts";
import { pathOfPart } from "../support/parts.ts";
import { waitUntil } from "../support/wait_until.ts";

const directory = await Deno.makeTempDir({ prefix: "vcm-costs-" });
const address = `http://127.0.0.1:${freePort()}`;
await Deno.writeTextFile(
  `${directory}/server.hcl`,
  `storage "file" { path = "${directory}/data" }
listener "tcp" { address = "${new URL(address).host}" tls_disable = true }
api_addr = "${address}"
`,
);
const server = new Deno.Command(await pathOfPart("openbao"), {
  args: ["server", `-config=${directory}/server.hcl`, "-log-level=error"],
  env: { HOME: directory },
  stdout: "null",
  stderr: "null",
}).spawn();
let token = "";

// deno-lint-ignore no-explicit-any -- whatever the server answers
async function api(method: string, path: string, body?: unknown, by = token): Promise<any> {
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: { "x-vault-token": by },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? {} : JSON.parse(text);
}

async function stored(): Promise<number> {
  const { stdout } = await new Deno.Command("du", { args: ["-sb", `${directory}/data`] }).output();
  return parseInt(new TextDecoder().decode(stdout));
}

/** Milliseconds, of ticks of 10 ms. */
async function cpu(): Promise<number> {
  const [, rest = ""] = (await Deno.readTextFile(`/proc/${server.pid}/stat`)).split(") ");
  const fields = rest.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Eight at a time, as VCM does it. */
async function measure(what: string, count: number, step: (index: number) => Promise<unknown>) {
  const [bytes, ticks] = [await stored(), await cpu()];
  let next = 0;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (next < count) await step(next++);
  }));
  const [size, time] = [await stored() - bytes, await cpu() - ticks];
  console.log(`${what}: ${(time / count).toFixed(1)} ms, ${Math.round(size / count)} bytes each`);
}

async function crlSize(): Promise<number> {
  return (await (await fetch(`${address}/v1/pki/crl`)).arrayBuffer()).byteLength;
}

try {
  const init = await waitUntil(
    "OpenBao answers",
    60,
    () => api("PUT", "sys/init", { secret_shares: 1, secret_threshold: 1 }).catch(() => undefined),
  );
  token = init.root_token;
  await api("PUT", "sys/unseal", { key: init.keys[0] });
  await waitUntil("it is active", 60, () => api("GET", "sys/health").catch(() => undefined));
  await api("POST", "sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "87600h" } });
  const root = { common_name: "Root", ttl: "87600h", key_type: "ec" };
  await api("POST", "pki/root/generate/internal", root);
  const serials: string[] = [];
  const issue = async (role: string, index: number, ttl = "720h") => {
    const body = { common_name: `h${index}.example.test`, ttl };
    return (await api("POST", `pki/issue/${role}`, body)).data.serial_number;
  };
  const roles = {
    "ec": [1000, { key_type: "ec" }],
    "no-store": [1000, { key_type: "ec", no_store: true }],
    "lease": [1000, { key_type: "ec", generate_lease: true }],
    "rsa-2048": [40, { key_type: "rsa", key_bits: 2048 }],
    "rsa-4096": [8, { key_type: "rsa", key_bits: 4096 }],
  } as const;
  for (const [role, [count, settings]] of Object.entries(roles)) {
    await api("POST", `pki/roles/${role}`, { allow_any_name: true, ...settings });
    await measure(role, count, async (index) => {
      const serial = await issue(role, index);
      if (role === "ec") serials.push(serial);
    });
  }
  await api("POST", "sys/auth/approle", { type: "approle" });
  await api("POST", "auth/approle/role/vcm", { token_ttl: "20m" });
  const { data: { role_id } } = await api("GET", "auth/approle/role/vcm/role-id");
  const { data: { secret_id } } = await api("POST", "auth/approle/role/vcm/secret-id");
  const logIn = async () =>
    (await api("POST", "auth/approle/login", { role_id, secret_id })).auth.client_token;
  await measure("login", 300, logIn);
  await measure("login and revoke-self", 300, async () => {
    await api("POST", "auth/token/revoke-self", {}, await logIn());
  });
  const revoke = (from: number, to: number) =>
    measure(
      `revocations ${from} to ${to}`,
      to - from,
      (index) => api("POST", "pki/revoke", { serial_number: serials[from + index] }),
    );
  for (const [from, to] of [[0, 100], [100, 800], [800, 900]] as const) {
    await revoke(from, to);
    console.log(`CRL of ${to}: ${await crlSize()} bytes`);
  }
  await api("POST", "pki/config/crl", { auto_rebuild: true });
  await revoke(900, 1000);
  await measure("certificates of 1 s", 1000, (index) => issue("ec", index, "1s"));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const [bytes, start] = [await stored(), performance.now()];
  await api("POST", "pki/tidy", { tidy_cert_store: true, safety_buffer: "1s" });
  const status = await waitUntil("the tidy has ended", 60, async () => {
    const { data } = await api("GET", "pki/tidy-status");
    return data.state === "Finished" ? data : undefined;
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const freed = bytes - await stored();
  console.log(`tidy of ${status.cert_store_deleted_count}: ${seconds} s, ${freed} bytes less`);
} finally {
  server.kill("SIGKILL");
  await server.status;
  await Deno.remove(directory, { recursive: true });
}
