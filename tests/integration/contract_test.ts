/** The contract, held against the demo server and against a real OpenBao. */
import { startDemoServer } from "../../lib/tools/demo/demo_server.ts";
import { type OpenBao, startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { contract, sealedContract } from "./contract.ts";
import type { ContractServer } from "./contract_client.ts";

const testWithOpenBao = await testsNeeding("openbao");

contract("demo server", startDemoServer);
sealedContract("demo server", () => startDemoServer({ sealed: true }));

contract("real OpenBao", async () => {
  const bao = await startOpenBao();
  try {
    return describeServer(bao, await setUpPki(bao));
  } catch (error) {
    await bao.close();
    throw error;
  }
}, testWithOpenBao);
sealedContract("real OpenBao", async () => {
  // Sealed, the server never looks at who logs in.
  const login = { roleId: "any", secretId: "any" };
  return describeServer(await startOpenBao({ sealed: true }), login);
}, testWithOpenBao);

function describeServer(
  bao: OpenBao,
  login: { roleId: string; secretId: string },
): ContractServer {
  return { ...login, address: bao.address, rootToken: bao.token, close: () => bao.close() };
}
