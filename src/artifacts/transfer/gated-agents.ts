/**
 * Connections for clients of others that take an agent of Node: each is checked when it is opened, whatever the client
 * resolves or is redirected to, and goes to an address that was checked.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { NetworkGate } from "../../ports/network-gate.ts";

/** The agent for an address, by its protocol. */
export type FindAgent = (url: URL | string) => HttpAgent;

export function createGatedAgents(gate: NetworkGate): FindAgent {
  const plain = guard(new HttpAgent(), gate);
  const tls = guard(new HttpsAgent(), gate);
  return (url) => (new URL(url).protocol === "https:" ? tls : plain);
}

/** Literal addresses are never looked up, so the host is checked as well. */
function guard<T extends HttpAgent>(agent: T, gate: NetworkGate): T {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const port = Number(options.port);
    try {
      gate.checkHost(options.host ?? "localhost", port);
    } catch (error) {
      // Whoever asks for a connection waits for the callback, and could take no throw.
      setImmediate(() => callback?.(error as Error, undefined as never));
      return undefined;
    }
    return connect({ ...options, lookup: gate.lookupFor(port) }, callback);
  };
  return agent;
}
