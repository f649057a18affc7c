/** Which failures look as if they would pass: the patterns that Argo knows (util/errors, IsTransientErr). */

const patterns: readonly RegExp[] = [
  /exceeded quota/u,
  /Operation cannot be fulfilled on (?:resourcequota|resourcequotas)/u,
  /Too ?Many ?Requests|too many requests/u,
  /ResourceQuota.*timed? ?out/u,
  /timed? ?out|timeout|deadline exceeded/iu,
  /connection (?:refused|reset|closed|timed out)/iu,
  /TLS handshake/u,
  /transport is closing|transport connection broken/u,
  /http2: (?:client connection lost|server sent GOAWAY)/u,
  /no such host|temporary failure in name resolution/iu,
  /broken pipe|unexpected EOF|\bEOF\b/u,
  /etcdserver: leader changed|etcdserver: request timed out/u,
  /service unavailable|internal server error|bad gateway/iu,
  /network is unreachable|host is unreachable/iu,
];

export function isTransientFault(message: string): boolean {
  return patterns.some((pattern) => pattern.test(message));
}
