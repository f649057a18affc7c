/** HTTP requests of a document: those of http templates, and those of callbacks. */
import { decodeBase64 } from "../../../expressions/go/base64.ts";
import type { Expression, Templated } from "../../../model/plan/expression.ts";
import type { HttpRequest } from "../../../model/plan/plan.ts";
import type { HttpHeader, HttpTemplate } from "../read/types.ts";
import { dialects, intern, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { toTextOfBytes } from "./text-of-bytes.ts";
import { findKey, reportMissingKey } from "./stored-references.ts";

export interface LoweredHttp {
  readonly request: Templated<HttpRequest>;
  /** Absent: any 2xx is good. */
  readonly accept?: Expression;
}

/** How a text with tags becomes a part of the plan. */
export type LowerHttpText = (source: string) => string | Expression;

/** Argo fields.md, HTTP: GET, 30 s, any 2xx unless the document says otherwise. `place` is that of the `http` field. */
export function lowerHttp(
  desk: Lowering,
  http: HttpTemplate,
  place: Place,
  text: LowerHttpText,
): LoweredHttp {
  const body = readBody(desk, http, place, text);
  const request: Templated<HttpRequest> = {
    method: text(http.method === undefined || http.method === "" ? "GET" : http.method),
    url: text(http.url ?? ""),
    headers: (http.headers ?? []).flatMap((header) => lowerHeader(desk, header, place, text)),
    ...(body === undefined ? {} : { body }),
    timeoutMs: (http.timeoutSeconds ?? 30) * 1000,
    verifyTls: http.insecureSkipVerify !== true,
  };
  const { successCondition } = http;
  if (successCondition === undefined || successCondition === "") return { request };
  return { request, accept: intern(desk, dialects.expr, successCondition, "boolean") };
}

function readBody(
  desk: Lowering,
  http: HttpTemplate,
  place: Place,
  text: LowerHttpText,
): string | Expression | undefined {
  const bytes = http.bodyFrom?.bytes;
  if (bytes === undefined) return http.body === undefined || http.body === "" ? undefined : text(http.body);
  const decoded = decodeBase64(bytes);
  if (typeof decoded !== "number") return toTextOfBytes(decoded);
  report(desk, "error", "argo/not-base64", "bodyFrom.bytes must be base64 text", below(place, "bodyFrom"));
  return undefined;
}

function lowerHeader(
  desk: Lowering,
  header: HttpHeader,
  place: Place,
  text: LowerHttpText,
): readonly Templated<HttpRequest>["headers"][number][] {
  const name = text(header.name ?? "");
  const selector = header.valueFrom?.secretKeyRef;
  if (selector === undefined) return [{ name, value: text(header.value ?? ""), secret: false }];
  const value = findKey(desk, selector, "Secret");
  if (value !== undefined) return [{ name, value: text(value), secret: true }];
  if (selector.optional !== true) reportMissingKey(desk, selector, "Secret", below(place, "headers"));
  return [];
}

function below({ document, path }: Place, field: string): Place {
  return { document, path: [...path, field] };
}
