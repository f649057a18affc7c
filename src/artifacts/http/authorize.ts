/**
 * Who asks a web server: a name and a password, or a token that a token server gives for client credentials
 * (RFC 6749, 4.4; Argo fields.md, HTTPAuth).
 */
import { isJsonObject } from "../../base/json.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { deniedThere, unavailableThere } from "../transfer/refusals.ts";
import { badPlace, findText, getText, listPairs, listTexts } from "../transfer/settings.ts";
import { exchange, readAddress, readShortBody } from "./exchange.ts";
import type { Exchange, Pairs } from "./exchange.ts";

const tokenBytesAtMost = 1024 * 1024;

/** Headers that say who asks; none when the place names nobody. */
export async function authorize(
  place: StoragePlace,
  signal: AbortSignal,
  gate: NetworkGate | undefined,
): Promise<Pairs> {
  if (findText(place, "tokenUrl") !== undefined)
    return [["Authorization", `Bearer ${await fetchToken(place, { signal, gate })}`]];
  const username = findText(place, "username");
  const password = findText(place, "password");
  if (username === undefined && password === undefined) return [];
  return [["Authorization", encodeBasic(username ?? "", password ?? "")]];
}

function encodeBasic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Servers differ in where they look for the client's name: in a header, or in the form. The header is tried first. */
type Way = Pick<Exchange, "signal" | "gate">;

async function fetchToken(place: StoragePlace, way: Way): Promise<string> {
  const id = getText(place, "clientId");
  const secret = findText(place, "clientSecret") ?? "";
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  const scopes = listTexts(place, "scopes");
  if (scopes.length > 0) form.set("scope", scopes.join(" "));
  for (const [name, value] of listPairs(place, "tokenParameters")) form.append(name, value);
  const header = encodeBasic(encodeURIComponent(id), encodeURIComponent(secret));
  const first = await askForToken(place, form, [["Authorization", header]], way);
  if (first.statusCode !== 400 && first.statusCode !== 401) return readToken(place, first);
  form.set("client_id", id);
  form.set("client_secret", secret);
  return readToken(place, await askForToken(place, form, [], way));
}

interface TokenAnswer {
  readonly statusCode: number;
  readonly body: string;
}

async function askForToken(
  place: StoragePlace,
  form: URLSearchParams,
  headers: Pairs,
  way: Way,
): Promise<TokenAnswer> {
  const answer = await exchange(place, {
    method: "POST",
    url: readAddress(place, getText(place, "tokenUrl")),
    headers: [
      ["Content-Type", "application/x-www-form-urlencoded"],
      ["Accept", "application/json"],
      ...headers,
    ],
    body: { text: form.toString() },
    ...way,
  });
  return { statusCode: answer.statusCode ?? 0, body: await readShortBody(answer, tokenBytesAtMost) };
}

/** The body of a refusal is not shown: a token server may repeat what it was sent. */
function readToken(place: StoragePlace, { statusCode, body }: TokenAnswer): string {
  const found = `the token server answered ${statusCode}`;
  if (statusCode >= 500) throw unavailableThere(place, found);
  if (statusCode < 200 || statusCode >= 300) throw deniedThere(place, found);
  const value: unknown = parseJson(body);
  const token = isJsonObject(value) ? value["access_token"] : undefined;
  if (typeof token !== "string" || token === "") throw badPlace(place, `${found}, and gave no access_token`);
  return token;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON holds no token, and that is what is reported.
    return undefined;
  }
}
