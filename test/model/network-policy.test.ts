import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findRefusal, isEveryTargetAllowed, parseNetworkRule } from "../../src/model/run/network-policy.ts";
import type { NetworkLists, NetworkPolicy, NetworkRule } from "../../src/model/run/network-policy.ts";

function makePolicy(lists: NetworkLists, refusesLocal = false): NetworkPolicy {
  const read = (texts: readonly string[] = []): readonly NetworkRule[] =>
    texts.map((text) => parseNetworkRule(text) ?? assert.fail(text));
  return { allow: read(lists.allow), deny: read(lists.deny), local: read(lists.local), refusesLocal };
}

/** `HOST:PORT` or `HOST:PORT=ADDRESS`. */
function isRefused(policy: NetworkPolicy, text: string): boolean {
  const [target = "", address] = text.split("=");
  const colon = target.lastIndexOf(":");
  const [host, port] = [target.slice(0, colon), Number(target.slice(colon + 1))];
  return findRefusal(policy, { host, port, ...(address === undefined ? {} : { address }) }) !== undefined;
}

describe("rules", () => {
  test("are names, addresses, ranges and words, with or without a port", () => {
    const good: Readonly<Record<string, readonly [host: string | undefined, ranges: number, port?: number]>> =
      {
        "example.org": ["example.org", 0],
        "*.Example.org:443": ["*.example.org", 0, 443],
        "10.0.0.0/8": [undefined, 1],
        "10.0.0.1:80": [undefined, 1, 80],
        "fe80::/10": [undefined, 1],
        "[::1]:80": [undefined, 1, 80],
        "::1": [undefined, 1],
        loopback: [undefined, 2],
        "localhost:9000": [undefined, 2, 9000],
        all: [undefined, 2],
      };
    for (const [text, [host, ranges, port]] of Object.entries(good)) {
      const rule = parseNetworkRule(text);
      assert.deepEqual([rule?.host, rule?.ranges.length, rule?.port], [host, ranges, port], text);
    }
    for (const text of [
      "",
      " ",
      "a b",
      "http://x",
      "x:0",
      "x:70000",
      "x:y",
      "10.0.0.0/40",
      "10.0.0",
      "*",
      "*.*.x",
      "/8",
    ])
      assert.equal(parseNetworkRule(text), undefined, text);
  });
});

describe("a policy", () => {
  test("of nothing allows everything", () => {
    assert.equal(isEveryTargetAllowed(makePolicy({})), true);
    assert.equal(isEveryTargetAllowed(makePolicy({ local: ["loopback"] })), true);
    for (const lists of [{ allow: ["x"] }, { deny: ["x"] }])
      assert.equal(isEveryTargetAllowed(makePolicy(lists)), false);
    assert.equal(isEveryTargetAllowed(makePolicy({}, true)), false);
    assert.equal(isRefused(makePolicy({}), "localhost:80=127.0.0.1"), false);
  });

  test("that serves others refuses what is local, however it is written", () => {
    const policy = makePolicy({}, true);
    const local = [
      "127.0.0.1:80",
      "127.8.8.8:80",
      "[::1]:80",
      "::1:80",
      "0.0.0.0:80",
      "[::]:80",
      "169.254.169.254:80",
      "[fe80::1]:80",
      "[::ffff:127.0.0.1]:80",
      "[::ffff:a9fe:a9fe]:80",
      "[64:ff9b::7f00:1]:80",
      "[2002:7f00:1::]:80",
      "[fd00:ec2::254]:80",
      "224.0.0.1:80",
      "255.255.255.255:80",
      "name.example:80=127.0.0.1",
      "name.example:80=fe80::1%eth0",
    ];
    for (const target of local) assert.equal(isRefused(policy, target), true, target);
    for (const target of [
      "8.8.8.8:53",
      "10.0.0.1:80",
      "name.example:80",
      "name.example:80=10.0.0.1",
      "[2001:db8::1]:80",
    ])
      assert.equal(isRefused(policy, target), false, target);
  });

  test("makes exceptions of what is local by address, never by name", () => {
    const policy = makePolicy({ local: ["127.0.0.1:9000"], allow: ["all", "name.example"] }, true);
    assert.equal(isRefused(policy, "127.0.0.1:9000"), false);
    assert.equal(isRefused(policy, "minio.example:9000=127.0.0.1"), false);
    assert.equal(isRefused(policy, "127.0.0.1:9001"), true);
    assert.equal(isRefused(policy, "name.example:80=127.0.0.1"), true);
    const named = { ...policy, local: [{ text: "name.example", host: "name.example", ranges: [] }] };
    assert.equal(isRefused(named, "name.example:80=127.0.0.1"), true);
  });

  test("with allow rules refuses the rest, by name or by address", () => {
    const policy = makePolicy({ allow: ["*.example.org", "api.test:443", "10.0.0.0/8"] });
    for (const target of [
      "a.example.org:80=1.2.3.4",
      "A.B.Example.ORG.:80=1.2.3.4",
      "api.test:443=1.2.3.4",
      "x.test:80=10.1.1.1",
      "10.0.0.1:1",
    ])
      assert.equal(isRefused(policy, target), false, target);
    for (const target of [
      "example.org:80=1.2.3.4",
      "notexample.org:80=1.2.3.4",
      "api.test:80=1.2.3.4",
      "x.test:80=11.1.1.1",
      "1.2.3.4:80",
    ])
      assert.equal(isRefused(policy, target), true, target);
    // Which address a name has decides, so before that nothing is refused.
    assert.equal(isRefused(policy, "x.test:80"), false);
    // Where names alone are allowed it is not even looked up.
    assert.equal(isRefused(makePolicy({ allow: ["api.test"] }), "x.test:80"), true);
  });

  test("denies what a deny rule matches, whatever else is said", () => {
    const policy = makePolicy(
      { allow: ["10.0.0.0/8"], deny: ["10.0.0.1", "evil.example", "private:22"], local: ["all"] },
      true,
    );
    for (const target of [
      "10.0.0.1:80",
      "ok.test:80=10.0.0.1",
      "evil.example:80",
      "evil.example:80=10.0.0.2",
      "10.0.0.2:22",
      "[::ffff:10.0.0.1]:80",
    ])
      assert.equal(isRefused(policy, target), true, target);
    assert.equal(isRefused(policy, "10.0.0.2:80"), false);
  });

  test("says by which rule, and what to do", () => {
    const denied = findRefusal(makePolicy({ deny: ["10.0.0.0/8"] }), { host: "10.0.0.1", port: 80 });
    assert.match(denied?.why ?? "", /'10\.0\.0\.0\/8' denies/u);
    const local = findRefusal(makePolicy({}, true), { host: "meta", port: 80, address: "169.254.169.254" });
    assert.match(local?.why ?? "", /169\.254\.169\.254 is link-local/u);
    assert.match(local?.remedy ?? "", /--network-local 169\.254\.169\.254/u);
  });
});
