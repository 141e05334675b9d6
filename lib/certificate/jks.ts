/**
 * The entries of Java's older keystores, JKS and JCEKS. They can be listed without the password. The
 * form is that of `sun.security.provider.JavaKeyStore`.
 */
import { Buffer } from "node:buffer";
import { type Contents, type FoundCertificate, idOfCertificate, tryOpen } from "./contents.ts";

const PRIVATE_KEY = 1;
const TRUSTED = 2;
/** The first version had no types of certificates. */
const TYPED = 2;

/** Throws a RangeError if it is cut off. */
export function readJks(bytes: Uint8Array): Contents {
  const view = Buffer.from(bytes);
  let at = 4;
  const number = () => view.readUInt32BE((at += 4) - 4);
  const take = (size: number) => {
    if (at + size > view.length) throw new RangeError("It is cut off");
    return view.subarray(at, at += size);
  };
  const text = () => {
    const size = view.readUInt16BE(at);
    at += 2;
    return take(size).toString("utf8");
  };
  const version = number();
  const certificate = (alias: string): FoundCertificate[] => {
    if (version === TYPED) text();
    const x509 = tryOpen(take(number()));
    return x509 === undefined ? [] : [{ x509, alias }];
  };
  const found = { certificates: [] as FoundCertificate[], keys: [] as Contents["keys"][number][] };
  for (let left = number(); left > 0; left--) {
    const kind = number();
    const alias = text();
    at += 8;
    if (kind === TRUSTED) found.certificates.push(...certificate(alias));
    else if (kind === PRIVATE_KEY) {
      take(number());
      const chain = Array.from({ length: Math.min(number(), 100) }, () => certificate(alias))
        .flat();
      found.certificates.push(...chain);
      found.keys.push({ alias, id: chain[0] && idOfCertificate(chain[0].x509) });
      // A secret key is an object of Java, whose end cannot be told.
    } else return { ...found, others: ["secret keys"] };
  }
  return { ...found, others: [] };
}
