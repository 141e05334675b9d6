/**
 * A certificate from the PKI secrets engine. This class is the only holder of a new private key.
 */
import type { Certificate } from "../../certificate/certificate.ts";
import { Secret } from "../../text/secret.ts";
import type { Part } from "../../certificate/types.ts";

export class IssuedCertificate {
  /** Base address of the server that issued it. */
  readonly address: string;
  /** When the server answered, by its own clock. */
  readonly serverTime: Date | undefined;
  readonly certificate: Certificate;
  /** PEM of the leaf and of the intermediates above it. Each ends with a newline. */
  readonly leaf: string;
  readonly chain: readonly string[];
  /** PEM of the roots, or of the certificates nearest to them. */
  readonly anchors: readonly string[];
  readonly privateKey: Secret;
  /** A warning about its lease, if it has one. */
  readonly leaseWarning: string | undefined;
  /** Warnings of the server about the request. */
  readonly warnings: readonly string[];

  constructor(parts: {
    address: string;
    serverTime?: Date | undefined;
    certificate: Certificate;
    leaf: string;
    chain: readonly string[];
    anchors: readonly string[];
    privateKey: string;
    leaseWarning?: string | undefined;
    warnings: readonly string[];
  }) {
    this.address = parts.address;
    this.serverTime = parts.serverTime;
    this.certificate = parts.certificate;
    this.leaf = parts.leaf;
    this.chain = parts.chain;
    this.anchors = parts.anchors;
    this.privateKey = new Secret(parts.privateKey);
    this.leaseWarning = parts.leaseWarning;
    this.warnings = parts.warnings;
  }

  /** Text of one of the stored files. */
  text(part: Part): string {
    switch (part) {
      case "cert":
        return this.leaf;
      case "chain":
        return this.chain.join("");
      case "fullchain":
        return this.leaf + this.chain.join("");
      case "ca":
        return this.anchors.join("");
      case "privkey":
        return this.privateKey.reveal();
    }
  }
}
