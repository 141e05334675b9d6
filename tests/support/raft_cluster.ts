/** Real OpenBao servers with Raft storage on the loopback address, which can be killed. */
import { freePort } from "./free_port.ts";
import { makeDirectory } from "./rig.ts";
import type { OpenBao, OpenBaoAnswer } from "./openbao.ts";
import { pathOfPart } from "./parts.ts";
import { startTied } from "./tied_script.ts";
import { waitUntil } from "./wait_until.ts";

export interface RaftNode {
  readonly address: string;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again with its data, and unseals it. */
  start(): Promise<void>;
}

export interface RaftCluster extends AsyncDisposable {
  /** The first one leads at the beginning. */
  readonly nodes: readonly RaftNode[];
  readonly token: string;
  /** Calls the API of the first node as root. */
  readonly api: OpenBao["api"];
}

async function call(
  address: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<OpenBaoAnswer & { readonly body: Record<string, unknown> }> {
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: { "X-Vault-Token": token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
}

/** Starts, initializes and joins so many nodes. */
export async function startRaftCluster(count: number): Promise<RaftCluster> {
  const program = await pathOfPart("openbao");
  const directory = makeDirectory();
  let unsealKey = "";
  const nodes = Array.from({ length: count }, (_, at) => makeNode(program, directory, at));
  const [leader] = nodes;
  if (leader === undefined) throw new Error("A cluster needs a node");
  const dispose = async () => {
    for (const node of nodes) await node.kill();
    directory[Symbol.dispose]();
  };
  try {
    await leader.launch();
    const shares = { secret_shares: 1, secret_threshold: 1 };
    const { body } = await call(leader.address, "", "POST", "sys/init", shares);
    const token = String(body["root_token"]);
    unsealKey = String((body["keys"] as string[])[0]);
    await leader.unseal(unsealKey);
    for (const node of nodes.slice(1)) {
      await node.launch();
      const join = { leader_api_addr: leader.address };
      await call(node.address, "", "POST", "sys/storage/raft/join", join);
      await node.unseal(unsealKey);
    }
    // A node that has just joined may not vote yet, so that no leader could be elected.
    await waitUntil("all nodes vote", 60, async () => {
      const { body } = await call(leader.address, token, "GET", "sys/storage/raft/configuration");
      const { config } = body["data"] as { config: { servers: { voter: boolean }[] } };
      const voters = config.servers.filter(({ voter }) => voter).length;
      return voters === count || undefined;
    });
    const start = async (node: ReturnType<typeof makeNode>) => {
      await node.launch();
      await node.unseal(unsealKey);
    };
    return {
      nodes: nodes.map((node) => ({
        address: node.address,
        kill: node.kill,
        start: () => start(node),
      })),
      token,
      api: (method, path, body) => call(leader.address, token, method, path, body),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function makeNode(program: string, directory: ReturnType<typeof makeDirectory>, at: number) {
  const [port, cluster] = [freePort(), freePort()];
  const address = `http://127.0.0.1:${port}`;
  directory.write(`data-${at}/.keep`, "");
  const data = directory.at(`data-${at}`);
  const config = directory.at(`node-${at}.hcl`);
  directory.write(
    `node-${at}.hcl`,
    `storage "raft" { path = "${data}" node_id = "node-${at}" }\n` +
      `listener "tcp" { address = "127.0.0.1:${port}" cluster_address = "127.0.0.1:${cluster}" ` +
      `tls_disable = true }\napi_addr = "${address}"\n` +
      `cluster_addr = "https://127.0.0.1:${cluster}"\ndisable_mlock = true\n`,
  );
  let server: ReturnType<typeof startTied> | undefined;
  const health = async () => (await call(address, "", "GET", "sys/health")).status;
  return {
    address,
    launch: async () => {
      const args = [directory.at(`node-${at}.log`), program, "server", `-config=${config}`];
      server = startTied("tied_program.sh", args, { env: { HOME: directory.at(".") } });
      await waitUntil(`node ${at} answers`, 60, async () => (await health()) > 0 || undefined);
    },
    unseal: async (key: string) => {
      await waitUntil(`node ${at} is unsealed`, 60, async () => {
        if ([200, 429].includes(await health())) return true;
        await call(address, "", "POST", "sys/unseal", { key });
        return undefined;
      });
    },
    kill: async () => {
      await server?.close();
      server = undefined;
    },
  };
}
