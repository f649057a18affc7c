/** The gate of a policy (model/run/network-policy.ts): names are resolved here, and their addresses checked one by one. */
import { lookup as resolveName } from "node:dns";
import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import { MillraceError } from "../../base/errors.ts";
import { findRefusal } from "../../model/run/network-policy.ts";
import type { NetworkPolicy, NetworkRefusal, NetworkTarget } from "../../model/run/network-policy.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";

/** `resolve` is that of node:dns but for tests. */
export function createNetworkGate(
  policy: NetworkPolicy,
  resolve: typeof resolveName = resolveName,
): NetworkGate {
  const checkHost = (host: string, port: number): void => {
    const refusal = findRefusal(policy, { host: stripBrackets(host), port });
    if (refusal !== undefined) throw refused({ host, port }, refusal);
  };
  const pickAllowed = (
    host: string,
    port: number,
    addresses: readonly LookupAddress[],
  ): readonly LookupAddress[] => {
    checkHost(host, port);
    const judged = addresses.map((found) => ({
      found,
      refusal: findRefusal(policy, { host, port, address: found.address }),
    }));
    const allowed = judged.filter(({ refusal }) => refusal === undefined).map(({ found }) => found);
    const [first] = judged;
    if (allowed.length > 0 || first?.refusal === undefined) return allowed;
    throw refused({ host, port, address: first.found.address }, first.refusal);
  };
  return {
    checkHost,
    lookupFor: (port) => (host, options, callback) => {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, "", 0);
        let allowed: readonly LookupAddress[];
        try {
          allowed = pickAllowed(host, port, addresses);
        } catch (refusal) {
          return callback(refusal as NodeJS.ErrnoException, "", 0);
        }
        const [first] = allowed;
        if (options.all === true) callback(null, [...allowed]);
        else callback(null, first?.address ?? "", first?.family ?? 0);
      });
    },
    checkResolved: async (host, port) => {
      checkHost(host, port);
      const plain = stripBrackets(host);
      if (isIP(plain) !== 0) return;
      const addresses = await new Promise<readonly LookupAddress[]>((done, fail) => {
        resolve(plain, { all: true }, (error, found) => (error === null ? done(found) : fail(error)));
      });
      pickAllowed(plain, port, addresses);
    },
  };
}

function stripBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/u, "$1");
}

function refused({ host, port, address }: NetworkTarget, { why, remedy }: NetworkRefusal): MillraceError {
  const at = address === undefined || address === host ? "" : ` (${address})`;
  return new MillraceError(
    "network/refused",
    "denied",
    `a connection to ${host}:${port}${at} is refused: ${why}`,
    { hint: `If documents may go there, ${remedy}; network.json of the home has the lists.` },
  );
}
