/**
 * A proxy of our own for those who connect by themselves and take nothing but a proxy: git, and Google's client. They
 * resolve names and follow redirects (and submodules) to hosts that no place names. It listens on this machine for the time
 * of one call, and lets through whoever knows its password to wherever the gate allows.
 *
 * What it refuses is remembered, because they say of a proxy that refuses no more than a number.
 */
import { randomBytes } from "node:crypto";
import { createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { MillraceError } from "../../base/errors.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";

export interface GuardedProxy {
  readonly port: number;
  readonly password: string;
  /** The first refusal of the gate. */
  readonly refusal: () => MillraceError | undefined;
  close(): Promise<void>;
}

export const proxyUser = "millrace";

export async function openGuardedProxy(gate: NetworkGate): Promise<GuardedProxy> {
  const password = randomBytes(24).toString("hex");
  const expected = `Basic ${Buffer.from(`${proxyUser}:${password}`).toString("base64")}`;
  let refusal: MillraceError | undefined;
  const sockets = new Set<Duplex>();
  /** The status with which to answer somebody who cannot be let through; undefined for a client that is not known. */
  const note = (error: unknown): number => {
    if (!(error instanceof MillraceError)) return 502;
    refusal ??= error;
    return 403;
  };
  const isKnown = ({ headers }: IncomingMessage): boolean => headers["proxy-authorization"] === expected;
  const server = createServer((incoming, outgoing) => {
    if (!isKnown(incoming)) return answer(outgoing, 407);
    forward(gate, incoming, outgoing, (error) => answer(outgoing, note(error)));
  });
  server.on("connection", (socket) => keep(sockets, socket));
  server.on("connect", (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    if (!isKnown(incoming)) return refuseTunnel(client, 407);
    const [host, port] = splitHost(incoming.url ?? "");
    openTunnel(gate, host, port, client, head, (error) => refuseTunnel(client, note(error)), sockets);
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    password,
    refusal: () => refusal,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function keep(sockets: Set<Duplex>, socket: Socket): void {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
}

function splitHost(address: string): readonly [host: string, port: number] {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/u, "$1");
  return [host, Number(address.slice(colon + 1))];
}

function openTunnel(
  gate: NetworkGate,
  host: string,
  port: number,
  client: Duplex,
  head: Buffer,
  refuse: (error: unknown) => void,
  sockets: Set<Duplex>,
): void {
  let isOpen = false;
  try {
    gate.checkHost(host, port);
    const server = connect({ host, port, lookup: gate.lookupFor(port) });
    keep(sockets, server);
    server.on("connect", () => {
      isOpen = true;
      client.write("HTTP/1.1 200 Connected\r\n\r\n");
      server.write(head);
      server.pipe(client).pipe(server);
    });
    server.on("error", (error) => (isOpen ? client.destroy() : refuse(error)));
    client.on("close", () => server.destroy());
  } catch (error) {
    refuse(error);
  }
}

function refuseTunnel(client: Duplex, status: number): void {
  client.end(
    `HTTP/1.1 ${status} Refused\r\n${statusLines(status)}Content-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}

function statusLines(status: number): string {
  return status === 407 ? 'Proxy-Authenticate: Basic realm="millrace"\r\n' : "";
}

/** Plain http comes as a request with the whole address. */
function forward(
  gate: NetworkGate,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  refuse: (error: unknown) => void,
): void {
  const address = incoming.url ?? "";
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "http:") return refuse(new Error("not an http address"));
  const port = url.port === "" ? 80 : Number(url.port);
  const { "proxy-authorization": _, "proxy-connection": __, ...headers } = incoming.headers;
  try {
    gate.checkHost(url.hostname, port);
    const onward = request(url, {
      method: incoming.method ?? "GET",
      headers,
      agent: false,
      lookup: gate.lookupFor(port),
    });
    onward.on("response", (answered) => {
      outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.on("error", () => outgoing.destroy());
      answered.pipe(outgoing);
    });
    onward.on("error", (error) => (outgoing.headersSent ? outgoing.destroy() : refuse(error)));
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  } catch (error) {
    refuse(error);
  }
}

function answer(outgoing: ServerResponse, status: number): void {
  if (status === 407) outgoing.setHeader("Proxy-Authenticate", 'Basic realm="millrace"');
  outgoing.writeHead(status, { "Content-Length": 0 }).end();
}
