/** Makes a certificate set of the texts of deployed files, and proves that it is one. */
import type { X509Certificate } from "node:crypto";
import { openCertificate } from "../../certificate/certificate.ts";
import { buildChain } from "../../certificate/chain.ts";
import { tryOpen } from "../../certificate/contents.ts";
import { proveKey } from "../../certificate/keys.ts";
import { splitCertificates } from "../../certificate/pem.ts";
import type { Part } from "../../certificate/types.ts";
import { partsOf } from "../../config/format.ts";
import type { FileSpec } from "../../config/types.ts";
import type { WholeSet } from "../../store/stage_set.ts";

/** A deployed file. */
export interface Source {
  readonly spec: FileSpec;
  readonly text: string;
}

/** Its files keep their bytes, so that the next run finds no difference. Throws Error in plain words. */
export async function compose(sources: readonly Source[], now: Date): Promise<WholeSet> {
  // A file of its own keeps the bytes of the part; a combined one tells it if there is none.
  const byOrder = sources.toSorted((one, other) =>
    Number(isCombined(one)) - Number(isCombined(other))
  );
  const find = (wanted: Part) =>
    byOrder.map((source) => partIn(source, wanted)).find((text) => text !== undefined);
  const leaf = oneLeaf(sources);
  const privkey = find("privkey");
  if (privkey === undefined) throw new Error("none of its files contains the private key");
  const fullchain = find("fullchain");
  const cert = find("cert") ?? splitCertificates(fullchain ?? "")[0] ?? "";
  requireKeys(sources, leaf);
  const above = splitCertificates(fullchain ?? cert).slice(1);
  const chain = find("chain") ?? above.join("");
  const authorities = [
    ...splitCertificates(chain),
    ...above,
    ...splitCertificates(find("ca") ?? ""),
  ];
  const anchors = await findAnchors(leaf, authorities, now);
  const ca = find("ca") ?? anchors;
  return {
    cert,
    chain,
    fullchain: fullchain ?? (above.length > 0 ? cert : cert + chain),
    privkey,
    ...(ca !== undefined && { ca }),
  };
}

function isCombined({ spec: { what } }: Source): boolean {
  return what === "combined";
}

/** The text of a part in a file; a combined file is cut where its two halves meet. */
function partIn(source: Source, wanted: Part): string | undefined {
  const { spec: { what }, text } = source;
  if (what === wanted) return text;
  if (!isCombined(source) || !partsOf(what).includes(wanted)) return undefined;
  const [certificates, key] = [/-----BEGIN CERTIFICATE-----/, /-----BEGIN (?!CERTIFICATE-)/]
    .map((edge) => text.search(edge)) as [number, number];
  if (certificates < 0 || key < 0) return undefined;
  const cut = Math.max(certificates, key);
  return (wanted === "privkey") === (key === cut) ? text.slice(cut) : text.slice(0, cut);
}

/** The leaf of all files that have one. */
function oneLeaf(sources: readonly Source[]): X509Certificate {
  const found = sources.filter(({ spec: { what } }) =>
    what === "cert" || partsOf(what).includes("fullchain")
  ).map(({ spec: { path }, text }) => ({ path, leaf: openAt(path, text) }));
  const [first] = found;
  if (first === undefined) throw new Error("none of its files contains the certificate");
  const other = found.find(({ leaf }) => leaf.fingerprint256 !== first.leaf.fingerprint256);
  if (other === undefined) return first.leaf;
  throw new Error(`"${first.path}" and "${other.path}" contain different certificates`);
}

function openAt(path: string, text: string): X509Certificate {
  try {
    const leaf = openCertificate(text);
    if (!leaf.ca) return leaf;
  } catch (error) {
    throw new Error(`"${path}" ${(error as Error).message}`, { cause: error });
  }
  throw new Error(`the first certificate in "${path}" is that of a CA`);
}

function requireKeys(sources: readonly Source[], leaf: X509Certificate): void {
  for (const { spec: { what, path }, text } of sources) {
    if (!partsOf(what).includes("privkey")) continue;
    const match = proveKey(leaf, text);
    if (match === "unparsable") {
      throw new Error(`"${path}" contains no private key that VCM can read without a password`);
    }
    if (match === "mismatch") {
      throw new Error(`the private key in "${path}" does not belong to the certificate`);
    }
  }
}

/** Proves each step of the chain by its signature. Undefined if no CA certificate is known. */
async function findAnchors(
  leaf: X509Certificate,
  authorities: readonly string[],
  now: Date,
): Promise<string | undefined> {
  if (authorities.length === 0) return undefined;
  if (authorities.some((pem) => tryOpen(pem) === undefined)) {
    throw new Error("its files contain a CA certificate that cannot be decoded");
  }
  try {
    const { anchors } = await buildChain(leaf.toString(), authorities, now);
    return anchors.join("");
  } catch (error) {
    const message = `none of the CA certificates in its files issued it ("${leaf.issuer}")`;
    throw new Error(message, { cause: error });
  }
}
