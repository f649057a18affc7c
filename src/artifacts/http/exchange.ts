/**
 * One exchange with a web server: a request with headers and perhaps a file, its redirects, and an answer whose body is
 * still to be read. Nothing is held in memory.
 */
import { createReadStream } from "node:fs";
import { request as requestPlain } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request as requestTls } from "node:https";
import { pipeline } from "node:stream/promises";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { deniedThere, missingThere, unavailableThere } from "../transfer/refusals.ts";
import { badPlace } from "../transfer/settings.ts";

/** A connection on which nothing moves for so long is given up. */
const idleMs = 60_000;
const redirectsAtMost = 10;

export type Pairs = readonly (readonly [string, string])[];

export interface Exchange {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers: Pairs;
  readonly body?: { readonly path: string; readonly sizeBytes: number } | { readonly text: string };
  /** For servers that want to know who asks (PEM). */
  readonly clientCert?: { readonly cert: string; readonly key: string };
  readonly signal: AbortSignal;
  /** Absent: every server may be asked. */
  readonly gate?: NetworkGate | undefined;
}

/** The address of a place. MillraceError `artifact/bad-place` for what is none, or not of the web. */
export function readAddress(place: StoragePlace, address: string): URL {
  if (!URL.canParse(address)) throw badPlace(place, "the address is no URL");
  const url = new URL(address);
  if (url.protocol === "http:" || url.protocol === "https:") return url;
  throw badPlace(place, `an address begins with http:// or https://, not with ${url.protocol}`);
}

/** Follows redirects; what the last server answered, whatever its status. */
export async function exchange(place: StoragePlace, first: Exchange): Promise<IncomingMessage> {
  let next = first;
  for (let redirects = 0; redirects <= redirectsAtMost; redirects += 1) {
    const answer = await send(next);
    const { statusCode = 0, headers } = answer;
    if (statusCode < 301 || statusCode > 308 || statusCode === 304 || headers.location === undefined)
      return answer;
    answer.destroy();
    if (!URL.canParse(headers.location, next.url.href))
      throw unavailableThere(place, "it redirects to no address");
    const url = readAddress(place, new URL(headers.location, next.url).href);
    next = redirect(next, url, statusCode);
  }
  throw unavailableThere(place, `it redirects more than ${redirectsAtMost} times`);
}

/** Headers and certificates are for the server that they were given for. */
function redirect(before: Exchange, url: URL, statusCode: number): Exchange {
  const { body, clientCert, ...rest } = before;
  const keepsMethod = statusCode >= 307 || before.method === "GET" || before.method === "HEAD";
  const isSameServer = url.origin === before.url.origin;
  return {
    ...rest,
    url,
    method: keepsMethod ? before.method : "GET",
    headers: isSameServer ? before.headers : before.headers.filter(([name]) => isHarmless(name)),
    ...(keepsMethod && body !== undefined ? { body } : {}),
    ...(isSameServer && clientCert !== undefined ? { clientCert } : {}),
  };
}

function isHarmless(name: string): boolean {
  return ["accept", "user-agent", "content-type"].includes(name.toLowerCase());
}

function send({ method, url, headers, body, clientCert, signal, gate }: Exchange): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const usual = url.protocol === "https:" ? 443 : 80;
    const port = url.port === "" ? usual : Number(url.port);
    gate?.checkHost(url.hostname, port);
    const open = url.protocol === "https:" ? requestTls : requestPlain;
    const lookup = gate === undefined ? {} : { lookup: gate.lookupFor(port) };
    const options = { method, headers: groupHeaders(headers, body), signal, ...clientCert, ...lookup };
    const outgoing = open(url, options, resolve);
    outgoing.setTimeout(idleMs, () => outgoing.destroy(new Error(`nothing came for ${idleMs} ms`)));
    outgoing.on("error", reject);
    if (body === undefined) outgoing.end();
    else if ("text" in body) outgoing.end(body.text);
    // A server may answer before it has taken everything; then its answer counts, not the broken pipe.
    else pipeline(createReadStream(body.path), outgoing, { signal }).catch(reject);
  });
}

/** A header may be given several times. Content is asked for as it is, because it is kept as it is. */
function groupHeaders(headers: Pairs, body: Exchange["body"]): OutgoingHttpHeaders {
  const grouped = new Map<string, string[]>([["accept-encoding", ["identity"]]]);
  for (const [name, value] of headers) {
    const known = grouped.get(name.toLowerCase());
    if (known === undefined || name.toLowerCase() === "accept-encoding")
      grouped.set(name.toLowerCase(), [value]);
    else known.push(value);
  }
  if (body !== undefined) {
    const sizeBytes = "text" in body ? Buffer.byteLength(body.text) : body.sizeBytes;
    grouped.set("content-length", [String(sizeBytes)]);
  }
  return Object.fromEntries(grouped);
}

/** Throws what a status means when it is no success; the body is given up. */
export function expectSuccess(place: StoragePlace, answer: IncomingMessage): void {
  const { statusCode = 0, statusMessage = "" } = answer;
  if (statusCode >= 200 && statusCode < 300) return;
  answer.destroy();
  const found = `the server answered ${statusCode} ${statusMessage}`.trim();
  if (statusCode === 404 || statusCode === 410) throw missingThere(place, found);
  if (statusCode === 408 || statusCode === 425 || statusCode === 429 || statusCode >= 500)
    throw unavailableThere(place, found);
  throw deniedThere(place, found);
}

/** A short body as text. */
export async function readShortBody(answer: IncomingMessage, bytesAtMost: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesAtMost) throw new Error(`the answer is longer than ${bytesAtMost} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
