/**
 * HTTP requests of http templates, with Node's own client.
 * A response of any status is an answer; no answer (refused, timed out, TLS) is a problem.
 * Bodies are bounded, because a result is kept in the history.
 */
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { findByteText } from "../../base/byte-text.ts";
import { MillraceError } from "../../base/errors.ts";
import type { HttpRequest } from "../../model/plan/plan.ts";
import type { Response } from "../../model/run/inputs.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import type { NoAnswer, Requester } from "../../ports/requester.ts";

/** Most of a body that is kept. */
const bodyBytesAtMost = 1024 * 1024;
const redirectsAtMost = 10;

/** Where there is no gate, every server may be asked. */
export function createHttpRequester(gate?: NetworkGate): Requester {
  return { send: (request, signal) => send(request, signal, redirectsAtMost, gate) };
}

type Answer = Response | NoAnswer;

async function send(
  request: HttpRequest,
  signal: AbortSignal,
  redirectsLeft: number,
  gate: NetworkGate | undefined,
): Promise<Answer> {
  let url: URL;
  try {
    url = new URL(request.url);
  } catch {
    return { problem: `'${request.url}' is no URL`, isFinal: true };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { problem: `'${url.protocol}' is not http or https`, isFinal: true };
  const answer = await exchange(request, url, signal, gate);
  const location = "problem" in answer ? undefined : answer.headers["Location"]?.[0];
  if ("problem" in answer || location === undefined || !redirecting.has(answer.statusCode)) return answer;
  // Whoever must not be taken for having got what he did not get is told of the redirect.
  if (request.keepsMethod === true && !keepsMethod(request, answer.statusCode)) return answer;
  if (redirectsLeft === 0) return { problem: "too many redirects" };
  if (!URL.canParse(location, url.href)) return { problem: `${request.url} redirects to no address` };
  return send(
    redirect(request, url, new URL(location, url), answer.statusCode),
    signal,
    redirectsLeft - 1,
    gate,
  );
}

/** Those that Go's client follows. */
const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers are for the server that they were given for: another one gets only those that tell it nothing. */
function redirect(before: HttpRequest, from: URL, to: URL, statusCode: number): HttpRequest {
  const { body, ...rest } = before;
  const isKept = keepsMethod(before, statusCode);
  const headers =
    from.origin === to.origin ? before.headers : before.headers.filter(({ name }) => isHarmless(name));
  const next = { ...rest, url: to.href, headers, method: isKept ? before.method : "GET" };
  return isKept && body !== undefined ? { ...next, body } : next;
}

function keepsMethod({ method }: HttpRequest, statusCode: number): boolean {
  return statusCode >= 307 || method === "GET" || method === "HEAD";
}

function isHarmless(name: string): boolean {
  return ["accept", "user-agent", "content-type", "idempotency-key"].includes(name.toLowerCase());
}

/** The longest that a timer waits. */
const timeoutMsAtMost = 2 ** 31 - 1;

function exchange(
  request: HttpRequest,
  url: URL,
  signal: AbortSignal,
  gate: NetworkGate | undefined,
): Promise<Answer> {
  const usual = url.protocol === "https:" ? 443 : 80;
  const port = url.port === "" ? usual : Number(url.port);
  return new Promise((resolve) => {
    const refuse = (error: Error): void =>
      resolve({
        problem: describe(error, request),
        ...(error instanceof MillraceError ? { isFinal: true } : {}),
      });
    const open = url.protocol === "https:" ? httpsRequest : httpRequest;
    try {
      gate?.checkHost(url.hostname, port);
      const outgoing = open(url, {
        method: request.method,
        headers: groupHeaders(request),
        signal: AbortSignal.any([signal, AbortSignal.timeout(Math.min(request.timeoutMs, timeoutMsAtMost))]),
        ...(url.protocol === "https:" ? { rejectUnauthorized: request.verifyTls } : {}),
        ...(gate === undefined ? {} : { lookup: gate.lookupFor(port) }),
      });
      outgoing.on("response", (incoming) => resolve(read(incoming)));
      outgoing.on("error", refuse);
      outgoing.end(request.body === undefined ? undefined : toBytes(request.body));
    } catch (error) {
      // What may not be asked is refused by a throw, and so is what cannot be sent, such as a header with a line break.
      refuse(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/**
 * A header may be given several times. Its value is sent as UTF-8, as Go does. The length of a body is said for every
 * method: Node's client does not do so for a GET, whose body would be taken for the next request on the connection.
 */
function groupHeaders({ headers, body }: HttpRequest): Record<string, string[]> {
  const grouped: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const { name, value } of headers)
    if (body === undefined || !/^(?:content-length|transfer-encoding)$/iu.test(name))
      (grouped[name] ??= []).push(Buffer.from(value, "utf8").toString("latin1"));
  if (body !== undefined) grouped["Content-Length"] = [String(Buffer.byteLength(toBytes(body)))];
  return grouped;
}

/** A body may stand for bytes. */
function toBytes(body: string): string | Buffer {
  const base64 = findByteText(body);
  return base64 === undefined ? body : Buffer.from(base64, "base64");
}

function describe(error: Error, request: HttpRequest): string {
  if (error.name === "TimeoutError" || (error.cause instanceof Error && error.cause.name === "TimeoutError"))
    return `${request.method} ${request.url}: no answer within ${request.timeoutMs} ms`;
  const more = error instanceof MillraceError ? ` [${error.code}]. ${error.hint ?? ""}`.trimEnd() : "";
  return `${request.method} ${request.url}: ${error.message}${more}`;
}

async function read(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bodyBytesAtMost) return { problem: `the body is larger than ${bodyBytesAtMost} bytes` };
      chunks.push(chunk);
    }
  } catch (error) {
    return { problem: `the answer broke off: ${error instanceof Error ? error.message : String(error)}` };
  }
  return {
    statusCode: incoming.statusCode ?? 0,
    headers: readHeaders(incoming),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

/** Go's canonical header names (`Content-Type`), because expressions of Argo documents use them. */
function readHeaders(incoming: IncomingMessage): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = (incoming.rawHeaders[index] as string).replace(/(^|-)([a-z])/g, (part) =>
      part.toUpperCase(),
    );
    (headers[name] ??= []).push(incoming.rawHeaders[index + 1] as string);
  }
  return headers;
}
