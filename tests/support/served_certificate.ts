import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";

/** Returns the certificate that a server on the loopback address shows in a TLS handshake. */
export function servedCertificate(port: number, servername?: string): Promise<X509Certificate> {
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate>();
  const socket = connect({
    host: "127.0.0.1",
    port,
    // The certificate is what is asked for; whether it can be trusted is the test's question.
    rejectUnauthorized: false,
    ...(servername === undefined ? {} : { servername }),
  }, () => {
    resolve(new X509Certificate(socket.getPeerCertificate().raw));
    socket.end();
  });
  socket.setTimeout(10_000, () => socket.destroy(new Error(`No handshake on port ${port}`)));
  socket.on("error", reject);
  return promise;
}
