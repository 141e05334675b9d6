/** TLS servers on loopback that come to serve another certificate while they are looked at. */
import { freePort } from "../../../support/free_port.ts";
import { type Made, makeCertificatePem } from "../../../support/fixtures_pki.ts";

export interface TlsService extends AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  looks(): number;
  /** Serves another certificate from now on. */
  serve(made: Made): void;
}

/** Serves a certificate, and calls back after each look. */
export function startTlsService(
  made: Made,
  onLook: (looks: number, service: TlsService) => void = () => {},
): TlsService {
  let looks = 0;
  const running: Promise<void>[] = [];
  const listen = (made: Made, port: number) => {
    const options = { hostname: "127.0.0.1", port, cert: made.pem, key: made.pkcs8 };
    const listener = Deno.listenTls(options);
    const accept = async () => {
      for await (const connection of listener) {
        looks++;
        // Whoever has seen the certificate may go before the handshake is over.
        await connection.handshake().catch(() => undefined);
        connection.close();
        onLook(looks, service);
      }
    };
    running.push(accept());
    return listener;
  };
  const service: TlsService = {
    get port() {
      return port;
    },
    looks: () => looks,
    // As a service that is restarted: for a moment nobody listens.
    serve: (made) => {
      listener.close();
      listener = listen(made, port);
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await Promise.all(running);
    },
  };
  // Not one of those that connections are given: it is free for a moment.
  const port = freePort();
  let listener = listen(made, port);
  return service;
}

/** Two certificates for one name, the old one until 2027-01-30. */
export async function makeOldAndNew(): Promise<{ readonly old: Made; readonly renewed: Made }> {
  const name = "web.example.test";
  return {
    old: await makeCertificatePem(name),
    renewed: await makeCertificatePem(name, {
      serial: "0d0e0f",
      notAfter: new Date("2027-06-30T00:00:00Z"),
    }),
  };
}
