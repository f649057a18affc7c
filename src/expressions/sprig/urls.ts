/**
 * Taking URLs apart and putting them together, as Go's package net/url does.
 */
import { decodeUtf8, encodeUtf8 } from "../go/utf8.ts";

/** The parts that sprig's urlParse names. */
export interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly hostname: string;
  /** Decoded. */
  readonly path: string;
  readonly query: string;
  readonly opaque: string;
  /** Decoded. */
  readonly fragment: string;
  readonly userinfo: string;
}

/** Undoes percent escapes; undefined when one is malformed. */
function unescape(text: string): string | undefined {
  if (!text.includes("%")) return text;
  if (/%(?![0-9a-fA-F]{2})/u.test(text)) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    if (text[at] === "%") {
      bytes.push(parseInt(text.slice(at + 1, at + 3), 16));
      at += 3;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...encodeUtf8(character));
      at += character.length;
    }
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

function escape(text: string, allowed: RegExp): string {
  let result = "";
  for (const character of text) {
    if (allowed.test(character)) result += character;
    else
      for (const byte of encodeUtf8(character))
        result += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return result;
}

const pathCharacters = /^[A-Za-z0-9\-_.~$&+,/:;=@]$/u;
const fragmentCharacters = /^[A-Za-z0-9\-_.~$&+,/:;=?@!()*]$/u;

function hostnameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\]/u.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/u, "");
}

/** The parts of a URL; undefined when it is malformed. */
export function parseUrl(text: string): UrlParts | undefined {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/su.exec(text);
  // eslint-disable-next-line no-control-regex -- control characters are what Go refuses.
  if (match === null || /[\x00-\x1f\x7f]/u.test(text) || text.startsWith(":")) return undefined;
  const scheme = (match[1] ?? "").toLowerCase();
  const rest = match[2] ?? "";
  const fragment = unescape(match[4] ?? "");
  if (fragment === undefined) return undefined;
  const base = { scheme, query: match[3] ?? "", fragment };
  if (scheme !== "" && !rest.startsWith("/")) {
    return { ...base, opaque: rest, host: "", hostname: "", path: "", userinfo: "" };
  }
  return parseHierarchy(base, rest);
}

function parseHierarchy(
  base: Pick<UrlParts, "scheme" | "query" | "fragment">,
  rest: string,
): UrlParts | undefined {
  let authority = "";
  let path = rest;
  if (rest.startsWith("//") && (base.scheme !== "" || !rest.startsWith("///"))) {
    const slash = rest.indexOf("/", 2);
    authority = rest.slice(2, slash < 0 ? undefined : slash);
    path = slash < 0 ? "" : rest.slice(slash);
  }
  const at = authority.lastIndexOf("@");
  const host = unescape(authority.slice(at + 1));
  const decoded = unescape(path);
  if (host === undefined || decoded === undefined || /[ <>"]/u.test(host)) return undefined;
  if (!/^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/u.test(host)) return undefined;
  return {
    ...base,
    opaque: "",
    host,
    hostname: hostnameOf(host),
    path: decoded,
    userinfo: at < 0 ? "" : authority.slice(0, at),
  };
}

/** The URL of these parts (Go's `URL.String`). */
export function joinUrl(parts: UrlParts): string {
  let url = parts.scheme === "" ? "" : `${parts.scheme}:`;
  if (parts.opaque !== "") {
    url += parts.opaque;
  } else {
    const authority = parts.host !== "" || parts.userinfo !== "";
    if (parts.scheme !== "" || authority) {
      if (authority || parts.path.startsWith("//")) url += "//";
      if (parts.userinfo !== "") url += `${parts.userinfo}@`;
      url += parts.host;
    }
    const path = escape(parts.path, pathCharacters);
    if (path !== "" && !path.startsWith("/") && parts.host !== "") url += "/";
    // Without a scheme a first segment with a colon would read as one.
    if (url === "" && /^[^/]*:/u.test(path)) url += "./";
    url += path;
  }
  if (parts.query !== "") url += `?${parts.query}`;
  return parts.fragment === "" ? url : `${url}#${escape(parts.fragment, fragmentCharacters)}`;
}
