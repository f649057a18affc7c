/** `request` and `response` in the successCondition of an http template (Argo, docs/http-template.md). */
import type { HostObject, Value } from "../../../expressions/value.ts";
import { isObjectRequest } from "../../../model/plan/plan.ts";
import type { HttpRequest } from "../../../model/plan/plan.ts";
import type { Scope } from "../../../model/run/scope.ts";
import { createNamed } from "./task-env.ts";

type Exchange = NonNullable<Scope["exchange"]>;
type HttpExchange = Exchange & { readonly request: HttpRequest };

/** Whether something was sent over HTTP; what is done with an object has no headers to ask for. */
export function isHttpExchange(exchange: Exchange | undefined): exchange is HttpExchange {
  return exchange !== undefined && !isObjectRequest(exchange.request);
}

/** `request` and `response` of an http template's successCondition: headers are lists of text, the status is a number. */
export function createRequest({ request }: HttpExchange): HostObject {
  const headers = new Map<string, string[]>();
  for (const { name, value } of request.headers) headers.set(name, [...(headers.get(name) ?? []), value]);
  const fields: Readonly<Record<string, Value>> = {
    method: request.method,
    url: request.url,
    body: request.body ?? "",
    headers,
  };
  return createNamed(Object.keys(fields), (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
}

export function createResponse({ response }: HttpExchange): HostObject {
  const headers = new Map(
    Object.entries(response.headers).map(([name, values]) => [canonicalHeader(name), values] as const),
  );
  const fields: Readonly<Record<string, Value>> = {
    statusCode: BigInt(response.statusCode),
    body: response.body,
    headers,
  };
  return createNamed(Object.keys(fields), (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
}

/** Go writes header names as `Content-Type`. */
function canonicalHeader(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/gu, (letter) => letter.toUpperCase());
}
