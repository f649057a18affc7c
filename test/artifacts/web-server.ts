/** A web server that keeps what is put and gives it back, for tests of drivers that speak HTTP. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";

export interface WebServer {
  readonly origin: string;
  readonly files: Map<string, Buffer>;
  readonly seen: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage["headers"];
  }[];
}

export interface WebServerOptions {
  /** The Authorization header without which nothing is given. */
  readonly authorization?: string;
  /** Answers before the files do, when it returns true. */
  readonly answer?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean | Promise<boolean>;
}

export async function startWebServer(
  context: TestContext,
  options: WebServerOptions = {},
): Promise<WebServer> {
  const files = new Map<string, Buffer>();
  const seen: WebServer["seen"] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push({ method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers });
    void respond(files, options, incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, files, seen };
}

async function respond(
  files: Map<string, Buffer>,
  { authorization, answer }: WebServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if ((await answer?.(incoming, outgoing)) === true) return;
  const end = (status: number, body?: Buffer): void => void outgoing.writeHead(status).end(body);
  if (authorization !== undefined && incoming.headers.authorization !== authorization) return end(401);
  const url = incoming.url ?? "";
  switch (incoming.method) {
    case "PUT":
      files.set(url, await buffer(incoming));
      return end(201);
    case "DELETE":
      return end(files.delete(url) ? 204 : 404);
    case undefined:
    default: {
      const found = files.get(url);
      return found === undefined ? end(404) : end(200, found);
    }
  }
}
