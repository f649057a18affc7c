/**
 * HTTP requests of http templates, with Node's own client.
 * A response of any status is an answer; no answer (refused, timed out, TLS) is a problem.
 * Bodies are bounded, because a result is kept in the history.
 */
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { HttpRequest } from "../../model/plan/plan.ts";
import type { Response } from "../../model/run/inputs.ts";
import type { Requester } from "../../ports/requester.ts";

/** Most of a body that is kept. */
const bodyBytesAtMost = 1024 * 1024;
const redirectsAtMost = 10;

export function createHttpRequester(): Requester {
  return { send: (request, signal) => send(request, signal, redirectsAtMost) };
}

type Answer = Response | { readonly problem: string };

async function send(request: HttpRequest, signal: AbortSignal, redirectsLeft: number): Promise<Answer> {
  let url: URL;
  try {
    url = new URL(request.url);
  } catch {
    return { problem: `'${request.url}' is no URL` };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { problem: `'${url.protocol}' is not http or https` };
  const answer = await exchange(request, url, signal);
  const location = "problem" in answer ? undefined : answer.headers["Location"]?.[0];
  if ("problem" in answer || location === undefined || answer.statusCode < 301 || answer.statusCode > 308)
    return answer;
  if (answer.statusCode === 304 || redirectsLeft === 0)
    return redirectsLeft === 0 ? { problem: "too many redirects" } : answer;
  const keepsMethod = answer.statusCode >= 307;
  if (!keepsMethod && request.keepsMethod === true) return answer;
  const { body, ...rest } = request;
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (target === undefined) return { problem: `the redirect to '${location}' leads nowhere` };
  const headers = target.origin === url.origin ? request.headers : request.headers.filter(mayLeave);
  const next = { ...rest, headers, url: target.href, method: keepsMethod ? request.method : "GET" };
  return send(keepsMethod && body !== undefined ? { ...next, body } : next, signal, redirectsLeft - 1);
}

/** Whoever is redirected to may be a stranger: credentials are for the one they were meant for (as in Go's http.Client). */
function mayLeave({ name, secret }: HttpRequest["headers"][number]): boolean {
  return !secret && !/^(?:authorization|proxy-authorization|cookie|www-authenticate)$/iu.test(name);
}

function exchange(request: HttpRequest, url: URL, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const open = url.protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = open(url, {
      method: request.method,
      headers: groupHeaders(request.headers),
      signal: AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]),
      ...(url.protocol === "https:" ? { rejectUnauthorized: request.verifyTls } : {}),
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
  return `${request.method} ${request.url}: ${error.message}`;
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
