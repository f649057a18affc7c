/**
 * Asking a port whether a service can be used: a connection, or a GET.
 * The engine's own process asks, because a question is a socket and no program (Kubernetes: the kubelet asks as well).
 */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect } from "node:net";
import type { Readiness } from "../../model/run/attempt.ts";

export type PortQuestion = Exclude<Readiness["by"], { readonly kind: "command" }>;

/** Asks once; `answer` is called once, never from inside. What cannot even be asked has no good answer. */
export function askPort(question: PortQuestion, timeoutMs: number, answer: (isGood: boolean) => void): void {
  let isAnswered = false;
  const tell = (isGood: boolean, end: () => void): void => {
    if (isAnswered) return;
    isAnswered = true;
    clearTimeout(timer);
    end();
    answer(isGood);
  };
  let end = (): void => undefined;
  let waitMs = timeoutMs;
  try {
    end = question.kind === "tcp" ? openConnection(question, tell) : sendGet(question, tell);
  } catch {
    // No such port can be, or no such header can be sent: Node says so by a throw.
    waitMs = 0;
  }
  const timer = setTimeout(() => tell(false, end), waitMs);
}

type Tell = (isGood: boolean, end: () => void) => void;

function openConnection(question: Extract<PortQuestion, { kind: "tcp" }>, tell: Tell): () => void {
  const socket = connect({ host: question.host, port: question.port });
  const end = (): void => void socket.destroy();
  socket.on("connect", () => tell(true, end));
  socket.on("error", () => tell(false, end));
  return end;
}

/** As it is, but for what may not stand in a request; half a character becomes the sign for one that is none. */
function encodePath(path: string): string {
  return path.replace(/[^!-~]+/gu, (part) => encodeURIComponent(Buffer.from(part).toString()));
}

function sendGet(question: Extract<PortQuestion, { kind: "http" }>, tell: Tell): () => void {
  const { scheme, host, port, path, headers } = question;
  const send = scheme === "https" ? requestHttps : requestHttp;
  const given = new Map<string, string[]>();
  for (const { name, value } of headers) given.set(name, [...(given.get(name) ?? []), value]);
  const request = send({
    host,
    port,
    path: encodePath(path.startsWith("/") ? path : `/${path}`),
    headers: { "user-agent": "millrace-probe", accept: "*/*", ...Object.fromEntries(given) },
    agent: false,
    rejectUnauthorized: false,
  });
  const end = (): void => void request.destroy();
  request.on("response", ({ statusCode = 0 }) => tell(statusCode >= 200 && statusCode < 400, end));
  request.on("error", () => tell(false, end));
  request.end();
  return end;
}
