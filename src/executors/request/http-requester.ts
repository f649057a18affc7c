/**
 * HTTP requests of http templates, with Node's own client.
 * A response of any status is an answer; no answer (refused, timed out, TLS) is a problem.
 * Bodies are bounded, because a result is kept in the history.
 */
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { MillraceError } from "../../base/errors.ts";
import type { HttpRequest } from "../../model/plan/plan.ts";
import type { Response } from "../../model/run/inputs.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import type { Requester } from "../../ports/requester.ts";

/** Most of a body that is kept. */
const bodyBytesAtMost = 1024 * 1024;
const redirectsAtMost = 10;

/** Where there is no gate, every server may be asked. */
export function createHttpRequester(gate?: NetworkGate): Requester {
  return { send: (request, signal) => send(request, signal, redirectsAtMost, gate) };
}

type Answer = Response | { readonly problem: string };

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
    return { problem: `'${request.url}' is no URL` };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { problem: `'${url.protocol}' is not http or https` };
  const answer = await exchange(request, url, signal, gate);
  const location = "problem" in answer ? undefined : answer.headers["Location"]?.[0];
  if ("problem" in answer || location === undefined || answer.statusCode < 301 || answer.statusCode > 308)
    return answer;
  if (answer.statusCode === 304 || redirectsLeft === 0)
    return redirectsLeft === 0 ? { problem: "too many redirects" } : answer;
  const keepsMethod = answer.statusCode >= 307;
  const { body, ...rest } = request;
  if (!URL.canParse(location, url.href)) return { problem: `'${location}' is no URL` };
  const target = new URL(location, url);
  const headers = target.origin === url.origin ? request.headers : dropSecrets(request.headers);
  const next = { ...rest, headers, url: target.href, method: keepsMethod ? request.method : "GET" };
  return send(keepsMethod && body !== undefined ? { ...next, body } : next, signal, redirectsLeft - 1, gate);
}

/** What says who asks is for the server that it was given for (as in Go's client). */
function dropSecrets(headers: HttpRequest["headers"]): HttpRequest["headers"] {
  const sensitive = ["authorization", "cookie", "cookie2", "www-authenticate"];
  return headers.filter(({ name, secret }) => !secret && !sensitive.includes(name.toLowerCase()));
}

function exchange(
  request: HttpRequest,
  url: URL,
  signal: AbortSignal,
  gate: NetworkGate | undefined,
): Promise<Answer> {
  const usual = url.protocol === "https:" ? 443 : 80;
  const port = url.port === "" ? usual : Number(url.port);
  try {
    gate?.checkHost(url.hostname, port);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return Promise.resolve({ problem: describe(error, request) });
  }
  return new Promise((resolve) => {
    const open = url.protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = open(url, {
      method: request.method,
      headers: groupHeaders(request.headers),
      signal: AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]),
      ...(url.protocol === "https:" ? { rejectUnauthorized: request.verifyTls } : {}),
      ...(gate === undefined ? {} : { lookup: gate.lookupFor(port) }),
    });
    outgoing.on("response", (incoming) => resolve(read(incoming)));
    outgoing.on("error", (error) => resolve({ problem: describe(error, request) }));
    outgoing.end(request.body);
  });
}

/** A header may be given several times. */
function groupHeaders(headers: HttpRequest["headers"]): Record<string, string[]> {
  const grouped: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const { name, value } of headers) (grouped[name] ??= []).push(value);
  return grouped;
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
