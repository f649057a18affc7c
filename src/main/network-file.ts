/** The user's network policy: `network.json` in the home, and what the command line says besides. */
import { readFileSync } from "node:fs";
import { MillraceError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import { isEveryTargetAllowed, parseNetworkRule } from "../model/run/network-policy.ts";
import type { NetworkLists, NetworkPolicy, NetworkRule } from "../model/run/network-policy.ts";
import type { NetworkGate } from "../ports/network-gate.ts";
import { createNetworkGate } from "../runtime/network/create-network-gate.ts";
import type { Home } from "./home.ts";

const listNames = ["allow", "deny", "local"] as const;

const hint =
  'It looks like this: {"allow": ["*.example.org", "10.0.0.0/8"], "deny": ["10.0.0.1"], "local": ["127.0.0.1:9000"]}';

/** `refusesLocal`: others submit documents. Undefined where nothing is refused. MillraceError `network/bad-rule`. */
export function openNetworkGate(
  home: Home,
  given: NetworkLists,
  refusesLocal: boolean,
): NetworkGate | undefined {
  const kept = readNetworkFile(home);
  const listOf = (name: (typeof listNames)[number]): readonly NetworkRule[] => [
    ...(kept[name] ?? []).map((text) => readRule(name, text, home.network)),
    ...(given[name] ?? []).map((text) => readRule(name, text, `--network-${name}`)),
  ];
  const policy: NetworkPolicy = {
    allow: listOf("allow"),
    deny: listOf("deny"),
    local: listOf("local"),
    refusesLocal,
  };
  return isEveryTargetAllowed(policy) ? undefined : createNetworkGate(policy);
}

function readRule(list: (typeof listNames)[number], text: string, from: string): NetworkRule {
  const rule = parseNetworkRule(text);
  if (rule !== undefined && (list !== "local" || rule.host === undefined)) return rule;
  if (rule !== undefined)
    throw new MillraceError("network/bad-rule", "invalid", `${from}: '${text}' is a name`, {
      hint: "Who owns a name says where it leads. What is local is allowed by its address, or by loopback or link-local.",
    });
  throw new MillraceError("network/bad-rule", "invalid", `${from}: '${text}' is no rule for the network`, {
    hint: "A rule is a name (api.example.org, *.example.org), an address, a range (10.0.0.0/8), or loopback, link-local, private or all; a port may follow.",
  });
}

function readNetworkFile(home: Home): NetworkLists {
  let text: string;
  try {
    text = readFileSync(home.network, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A home that is no folder is refused by whoever writes there first, with a message about that.
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    throw error;
  }
  const refuse = (why: string): MillraceError =>
    new MillraceError("network/bad-rule", "invalid", `${home.network}: ${why}`, { hint });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  if (!isJsonObject(value)) throw refuse("expected an object of lists");
  for (const [name, list] of Object.entries(value)) {
    if (!listNames.some((known) => known === name))
      throw refuse(`there is no list '${name}'; there are ${listNames.join(", ")}`);
    if (!Array.isArray(list) || list.some((rule) => typeof rule !== "string"))
      throw refuse(`${name}: expected a list of texts`);
  }
  return value as NetworkLists;
}
