/**
 * Where the engine may connect to on behalf of documents: lists of the user, and what is refused where others are served.
 *
 * N1. What a deny rule matches is refused, whatever else is said.
 * N2. An address of the machine itself, of its link or of a cloud's metadata is refused where `refusesLocal`, unless a
 *     rule in `local` matches it. A name never makes up for that: who owns a name says where it leads.
 * N3. Where there are allow rules, everything that none of them matches is refused.
 */
import { isInRange, listReached, parseIpAddress, parseIpRange } from "../../base/ip-address.ts";
import type { IpAddress, IpRange } from "../../base/ip-address.ts";

/** Rules as they are written: `10.0.0.0/8`, `api.example.org:443`, `*.example.org`, `loopback`. */
export interface NetworkLists {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** Exceptions from what is refused where others are served: addresses, ranges and words. */
  readonly local?: readonly string[];
}

export interface NetworkRule {
  readonly text: string;
  /** In lower case; `*.` in front stands for any names before it. Absent: the ranges count. */
  readonly host?: string;
  readonly ranges: readonly IpRange[];
  readonly port?: number;
}

export interface NetworkPolicy {
  readonly allow: readonly NetworkRule[];
  readonly deny: readonly NetworkRule[];
  readonly local: readonly NetworkRule[];
  /** Others than the user of this machine submit documents. */
  readonly refusesLocal: boolean;
}

/** Where a connection would go. The address is absent before the name is resolved. */
export interface NetworkTarget {
  readonly host: string;
  readonly port: number;
  readonly address?: string;
}

/** Which rule refuses, and what would have to be said to allow it. */
export interface NetworkRefusal {
  /** `169.254.169.254 is link-local`; what is refused and why, without the target itself. */
  readonly why: string;
  readonly remedy: string;
}

const wordRanges: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  // With the addresses under which clouds hand out the credentials of a machine.
  "link-local": ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32", "192.0.0.192/32"],
  // Connecting to these leads to the machine itself, or to everybody.
  unspecified: ["0.0.0.0/8", "::/128"],
  multicast: ["224.0.0.0/4", "255.255.255.255/32", "ff00::/8"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"],
  all: ["0.0.0.0/0", "::/0"],
};

const localWords = ["loopback", "link-local", "unspecified", "multicast"] as const;

/** Undefined for what is no rule. */
export function parseNetworkRule(text: string): NetworkRule | undefined {
  const whole = text.trim().toLowerCase();
  const found = /^(?<base>\[[^\]]*\](?:\/\d+)?|[^:]+|[^[\]]*:[^[\]]*:[^[\]]*)(?::(?<port>\d{1,5}))?$/u.exec(
    whole,
  );
  const { base = "", port } = found?.groups ?? {};
  if (port !== undefined && (Number(port) > 65_535 || Number(port) === 0)) return undefined;
  const more = port === undefined ? {} : { port: Number(port) };
  const word = base === "localhost" ? "loopback" : base;
  const words = Object.hasOwn(wordRanges, word) ? wordRanges[word] : undefined;
  if (words !== undefined) return { text: whole, ranges: readRanges(words), ...more };
  const range = parseIpRange(base.replace(/^\[(.*)\](.*)$/u, "$1$2"));
  if (range !== undefined) return { text: whole, ranges: [range], ...more };
  // A name whose last part is a number is none; most likely an address was meant.
  const isName = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/u.test(base) && !/(?:^|\.)\d+$/u.test(base);
  return isName ? { text: whole, host: base, ranges: [], ...more } : undefined;
}

function readRanges(texts: readonly string[]): readonly IpRange[] {
  return texts.flatMap((text) => parseIpRange(text) ?? []);
}

function listLocalRules(): readonly NetworkRule[] {
  return localWords.map((text) => ({ text, ranges: readRanges(wordRanges[text] ?? []) }));
}

/** Whether anything at all can be refused. */
export function isEveryTargetAllowed({ allow, deny, refusesLocal }: NetworkPolicy): boolean {
  return allow.length === 0 && deny.length === 0 && !refusesLocal;
}

/**
 * What refuses the target; undefined when it is allowed. Without an address only that is refused which no address could
 * make good: a name that is denied, or, where names alone are allowed, one that is not among them.
 */
export function findRefusal(policy: NetworkPolicy, target: NetworkTarget): NetworkRefusal | undefined {
  const host = target.host.toLowerCase().replace(/\.$/u, "");
  const address = parseIpAddress(target.address ?? host);
  const reached = address === undefined ? [] : listReached(address);
  const matches = (rule: NetworkRule): boolean => isMatch(rule, host, target.port, reached);
  const denied = policy.deny.find(matches);
  if (denied !== undefined)
    return { why: `the rule '${denied.text}' denies it`, remedy: `take '${denied.text}' from the deny list` };
  const isExcepted = policy.local.some((rule) => rule.host === undefined && matches(rule));
  if (policy.refusesLocal && !isExcepted) {
    const found = listLocalRules().find(matches);
    if (found !== undefined) return refuseLocal(found.text, target);
  }
  const isUnknown = address === undefined && policy.allow.some(({ ranges }) => ranges.length > 0);
  if (policy.allow.length === 0 || isUnknown || policy.allow.some(matches)) return undefined;
  const shown = target.address === undefined ? host : `${host} or ${target.address}`;
  return { why: "no rule of the allow list names it", remedy: `add ${shown} to the allow list` };
}

function refuseLocal(word: string, { host, address = host }: NetworkTarget): NetworkRefusal {
  const shown = word === "link-local" ? "link-local or for a cloud's metadata" : word;
  return {
    why: `${address} is ${shown}, which is refused where others are served`,
    remedy: `allow it by --network-local ${address}`,
  };
}

function isMatch(rule: NetworkRule, host: string, port: number, reached: readonly IpAddress[]): boolean {
  if (rule.port !== undefined && rule.port !== port) return false;
  if (rule.host === undefined)
    return reached.some((address) => rule.ranges.some((range) => isInRange(address, range)));
  return rule.host.startsWith("*.") ? host.endsWith(rule.host.slice(1)) : host === rule.host;
}
