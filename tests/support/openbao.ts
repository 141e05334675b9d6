import { freePort } from "./free_port.ts";
import { pathOfPart } from "./parts.ts";
import { startTied } from "./tied_script.ts";
import { waitUntil } from "./wait_until.ts";

/** How a server for a test differs from a plain one without an audit log. */
export interface OpenBaoOptions {
  readonly tls?: boolean;
  readonly sealed?: boolean;
  readonly audit?: boolean;
  /** Absent: the usual one. */
  readonly part?: "openbao" | "openbao-2.7";
}

/** What a server answered; `body` is empty where the answer had none. */
export interface OpenBaoAnswer {
  readonly status: number;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>>;
    readonly errors?: readonly string[];
    readonly warnings?: readonly string[] | null;
  };
}

/** A real OpenBao server that keeps all in memory. */
export interface OpenBao extends AsyncDisposable {
  readonly address: string;
  /** The root token. */
  readonly token: string;
  /** With TLS: the file with the CA of the server's certificate. */
  readonly caFile?: string;
  /** With an audit log: its file, with one line of JSON for each request and each answer. */
  readonly auditFile?: string;
  /** Calls the API as root: `api("POST", "sys/mounts/pki", { type: "pki" })`. */
  api(method: string, path: string, body?: unknown): Promise<OpenBaoAnswer>;
  /** Runs a command of its own client as root: `command("patch", "pki/roles/web", "max_ttl=1h")`. */
  command(...args: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const TOKEN = "root";

// The first start on a busy machine with a cold disk took 1.2 s.
const START_SECONDS = 60;

/** Starts a server on a free port of the loopback address and waits until it answers. */
export async function startOpenBao(options: OpenBaoOptions = {}): Promise<OpenBao> {
  const program = await pathOfPart(options.part ?? "openbao");
  const directory = await Deno.makeTempDir({ prefix: "openbao-" });
  const port = freePort();
  const address = `${options.tls ? "https" : "http"}://127.0.0.1:${port}`;
  const auditFile = `${directory}/audit.log`;
  const args = ["server", "-dev", `-dev-root-token-id=${TOKEN}`, "-dev-no-store-token"];
  args.push(`-dev-listen-address=127.0.0.1:${port}`, "-log-level=warn");
  if (options.tls) args.push("-dev-tls", `-dev-tls-cert-dir=${directory}`);
  if (options.audit) args.push(`-config=${await writeAuditConfig(directory, auditFile)}`);
  const log = `${directory}/server.log`;
  const server = startTied("tied_program.sh", [log, program, ...args], {
    env: { HOME: directory },
  });

  const caFile = `${directory}/vault-ca.pem`;
  let client: Deno.HttpClient | undefined;
  const api = async (method: string, path: string, body?: unknown): Promise<OpenBaoAnswer> => {
    client ??= Deno.createHttpClient(options.tls ? { caCerts: [await readWholePem(caFile)] } : {});
    const response = await fetch(`${address}/v1/${path}`, {
      client,
      method,
      headers: { "X-Vault-Token": TOKEN },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  };
  const command = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await new Deno.Command(program, {
      args: [...args],
      clearEnv: true,
      env: {
        HOME: directory,
        BAO_ADDR: address,
        BAO_TOKEN: TOKEN,
        ...(options.tls ? { BAO_CACERT: caFile } : {}),
      },
    }).output();
    if (code !== 0) throw new Error(`bao ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  };
  const close = async () => {
    client?.close();
    await server.close();
    await Deno.remove(directory, { recursive: true });
  };

  try {
    await waitUntil(
      "OpenBao answers",
      START_SECONDS,
      async () => (await api("GET", "sys/health")).status === 200 || undefined,
    );
    if (options.sealed) await api("PUT", "sys/seal");
  } catch (cause) {
    const said = await Deno.readTextFile(log);
    await close();
    throw new Error(`Cannot start OpenBao, which said:\n${said}`, { cause });
  }
  return {
    address,
    token: TOKEN,
    ...(options.tls ? { caFile } : {}),
    ...(options.audit ? { auditFile } : {}),
    api,
    command,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The server may be caught writing it: what is half would be trusted, and be nobody's authority. */
async function readWholePem(path: string): Promise<string> {
  const text = await Deno.readTextFile(path);
  if (text.includes("-----END CERTIFICATE-----")) return text;
  throw new Error(`"${path}" is not written yet`);
}

/** An audit log can by default be had by configuration only, not over the API. */
async function writeAuditConfig(directory: string, auditFile: string): Promise<string> {
  const path = `${directory}/audit.hcl`;
  const audit = `audit "file" "file" { options { file_path = "${auditFile}" } }\n`;
  await Deno.writeTextFile(path, audit);
  return path;
}
