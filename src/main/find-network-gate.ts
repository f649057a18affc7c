/** The network gate of an engine, or none: most homes have no rules, and then nothing of it is loaded. */
import { existsSync } from "node:fs";
import type { NetworkLists } from "../model/run/network-policy.ts";
import type { NetworkGate } from "../ports/network-gate.ts";
import type { Home } from "./home.ts";

/** `refusesLocal`: others submit documents. Undefined where nothing is refused. MillraceError `network/bad-rule`. */
export async function findNetworkGate(
  home: Home,
  given: NetworkLists,
  refusesLocal: boolean,
): Promise<NetworkGate | undefined> {
  const isGiven = Object.values(given).some((list: readonly string[]) => list.length > 0);
  if (!refusesLocal && !isGiven && !existsSync(home.network)) return undefined;
  const { openNetworkGate } = await import("./network-file.ts");
  return openNetworkGate(home, given, refusesLocal);
}
