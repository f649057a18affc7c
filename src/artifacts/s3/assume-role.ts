/**
 * Credentials of a role (Argo fields.md, S3Artifact, roleARN): the token service of AWS gives them, for a while, to whoever
 * the machine is without them. One request of a client that is not brought along for it (AWS STS API, AssumeRole), signed
 * as all requests to AWS are (AWS, Signature Version 4).
 */
import { createHash, createHmac } from "node:crypto";
import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { MillraceError } from "../../base/errors.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { createGatedAgents } from "../transfer/gated-agents.ts";
import { deniedThere, unavailableThere } from "../transfer/refusals.ts";
import { badPlace } from "../transfer/settings.ts";

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export interface RoleWishes {
  readonly place: StoragePlace;
  readonly roleArn: string;
  /** Who asks. */
  readonly findIdentity: () => Promise<Identity>;
  readonly findRegion: () => Promise<string>;
  readonly gate?: NetworkGate | undefined;
  /** Gives the question up. */
  readonly signal?: AbortSignal | undefined;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Credentials of roles, kept for a while. */
export interface RoleSource {
  /** Errors as those of `assumeRole`. */
  readonly take: (wishes: RoleWishes) => Promise<Identity>;
  /** Somebody refused what was kept of the role. */
  readonly forget: (roleArn: string) => void;
}

const durationSeconds = 3600;
const answerBytesAtMost = 1024 * 1024;
const answerMsAtMost = 30_000;
/** Before they expire, credentials are no longer handed out: what begins with them must come to its end. */
const spareMs = 5 * 60_000;

/** Asks for a role once, and again shortly before its credentials expire. Who asks is the same in the whole process. */
export function createRoleSource(): RoleSource {
  /** By role and region. */
  const kept = new Map<string, ReadonlyMap<string, Identity>>();
  return {
    take: async (wishes) => {
      const { roleArn } = wishes;
      const region = await wishes.findRegion();
      const known = kept.get(roleArn)?.get(region);
      if (known?.expiration !== undefined && known.expiration.getTime() - spareMs > wishes.now())
        return known;
      const identity = await assumeRole(wishes);
      kept.set(roleArn, new Map([...(kept.get(roleArn) ?? []), [region, identity]]));
      return identity;
    },
    forget: (roleArn) => void kept.delete(roleArn),
  };
}

/** MillraceError `artifact/denied`, `artifact/unavailable`, `artifact/bad-place` or `network/refused`. */
export async function assumeRole(wishes: RoleWishes): Promise<Identity> {
  const { place, roleArn } = wishes;
  const [identity, region] = await Promise.all([wishes.findIdentity(), wishes.findRegion()]);
  const url = findService(place, region);
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: "millrace",
    DurationSeconds: String(durationSeconds),
  }).toString();
  const headers = signRequest({ url, body, identity, region, at: new Date(wishes.now()) });
  const { statusCode, text } = await send(wishes, url, headers, body);
  return readAnswer(place, roleArn, statusCode, text);
}

/** The service of the region, or the one that AWS's own variable names. */
function findService(place: StoragePlace, region: string): URL {
  const usual = `https://sts.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/`;
  const address = process.env["AWS_ENDPOINT_URL_STS"] ?? usual;
  if (!URL.canParse(address)) throw badPlace(place, `the token service '${address}' is no address`);
  return new URL(address);
}

interface Unsigned {
  readonly url: URL;
  readonly body: string;
  readonly identity: Identity;
  readonly region: string;
  readonly at: Date;
}

/** The headers of the request, with its signature. */
export function signRequest({ url, body, identity, region, at }: Unsigned): Record<string, string> {
  const time = at.toISOString().replace(/[-:]|\.\d+/gu, "");
  const day = time.slice(0, 8);
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host: url.host,
    "x-amz-date": time,
    ...(identity.sessionToken === undefined ? {} : { "x-amz-security-token": identity.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const signed = names.join(";");
  const lines = names.map((name) => `${name}:${headers[name] ?? ""}\n`).join("");
  const canonical = ["POST", url.pathname, "", lines, signed, hash(body)].join("\n");
  const scope = `${day}/${region}/sts/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n");
  const key = [day, region, "sts", "aws4_request"].reduce<Buffer | string>(
    (before, part) => createHmac("sha256", before).update(part).digest(),
    `AWS4${identity.secretAccessKey}`,
  );
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const credential = `Credential=${identity.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function send(
  { place, gate, signal: given }: RoleWishes,
  url: URL,
  headers: Record<string, string>,
  body: string,
): Promise<{ readonly statusCode: number; readonly text: string }> {
  const open = url.protocol === "https:" ? requestTls : requestPlain;
  const agent = gate === undefined ? {} : { agent: createGatedAgents(gate)(url) };
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(
        error instanceof MillraceError
          ? error
          : unavailableThere(place, `the token service: ${error.message}`, error),
      );
    const timeout = AbortSignal.timeout(answerMsAtMost);
    const signal = given === undefined ? timeout : AbortSignal.any([timeout, given]);
    const outgoing = open(url, { method: "POST", headers, signal, ...agent }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (text.length > answerBytesAtMost) incoming.destroy(new Error("the answer is too large"));
      });
      incoming.on("end", () => resolve({ statusCode: incoming.statusCode ?? 0, text }));
      incoming.on("error", refuse);
    });
    outgoing.on("error", refuse);
    outgoing.end(body);
  });
}

/** The message of a refusal names the role and who asked, and no secret. */
function readAnswer(place: StoragePlace, roleArn: string, statusCode: number, text: string): Identity {
  const find = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`, "u").exec(text)?.[1];
  const code = find("Code");
  const found = `the token service answered ${statusCode}${code === undefined ? "" : ` (${code})`}`;
  if (statusCode >= 500) throw unavailableThere(place, found);
  if (statusCode !== 200) throw deniedThere(place, `the role ${roleArn} is not given: ${found}`);
  const [accessKeyId, secretAccessKey, sessionToken] = [
    find("AccessKeyId"),
    find("SecretAccessKey"),
    find("SessionToken"),
  ];
  const expiration = new Date(find("Expiration") ?? Number.NaN);
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
    throw unavailableThere(place, `${found}, and gave no credentials`);
  const end = Number.isNaN(expiration.getTime()) ? {} : { expiration };
  return { accessKeyId, secretAccessKey, sessionToken, ...end };
}
