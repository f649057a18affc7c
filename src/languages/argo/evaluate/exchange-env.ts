/** `request` and `response` in the successCondition of an http template (Argo, docs/http-template.md). */
import type { HostObject, Value } from "../../../expressions/value.ts";
import type { Scope } from "../../../model/run/scope.ts";
import { createNamed } from "./task-env.ts";

type Exchange = NonNullable<Scope["exchange"]>;

/** `request` and `response` of an http template's successCondition: headers are lists of text, the status is a number. */
export function createRequest({ request }: Exchange): HostObject {
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

export function createResponse({ response }: Exchange): HostObject {
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
