import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isInRange, listReached, parseIpAddress, parseIpRange } from "../../src/base/ip-address.ts";

function inRange(address: string, range: string): boolean {
  const [parsed, ranged] = [parseIpAddress(address), parseIpRange(range)];
  assert.ok(parsed !== undefined && ranged !== undefined, `${address} ${range}`);
  return isInRange(parsed, ranged);
}

describe("addresses", () => {
  test("are read in every way in which a system writes them", () => {
    assert.deepEqual(parseIpAddress("127.0.0.1"), { family: 4, value: 0x7f00_0001n });
    assert.deepEqual(parseIpAddress("::1"), { family: 6, value: 1n });
    assert.deepEqual(parseIpAddress("[::]"), { family: 6, value: 0n });
    assert.deepEqual(parseIpAddress("fe80::1%eth0"), { family: 6, value: (0xfe80n << 112n) + 1n });
    assert.deepEqual(parseIpAddress("::ffff:127.0.0.1"), { family: 6, value: 0xffff_7f00_0001n });
    assert.deepEqual(parseIpAddress("1:2:3:4:5:6:7:8")?.value, 0x0001_0002_0003_0004_0005_0006_0007_0008n);
  });

  test("are not what may stand for one elsewhere", () => {
    const others = ["", "1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1.", "256.0.0.1", "1.2.3.4.5"];
    const sixes = [
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "::12345",
      "::1.2.3.4:1",
      "g::",
      "::ffff:1.2.3",
    ];
    for (const text of [...others, ...sixes]) assert.equal(parseIpAddress(text), undefined, text);
  });

  test("are those that Node's own reader takes", () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom("0", "1", "2", "5", "9", "a", "f", ":", ".", "::", "255") }),
    );
    fc.assert(
      fc.property(text, (any) => {
        assert.equal(parseIpAddress(any)?.family ?? 0, isIP(any), any);
      }),
    );
  });
});

describe("ranges", () => {
  test("hold what begins with their bits", () => {
    assert.equal(inRange("10.255.0.1", "10.0.0.0/8"), true);
    assert.equal(inRange("11.0.0.0", "10.0.0.0/8"), false);
    assert.equal(inRange("1.2.3.4", "0.0.0.0/0"), true);
    assert.equal(inRange("1.2.3.4", "1.2.3.4"), true);
    assert.equal(inRange("fe80::1", "fe80::/10"), true);
    assert.equal(inRange("febf::1", "fe80::/10"), true);
    assert.equal(inRange("fec0::1", "fe80::/10"), false);
    assert.equal(inRange("::ffff:10.0.0.1", "10.0.0.0/8"), false);
  });

  test("are refused when they are none", () => {
    for (const text of ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10/8", "10.0.0.0/8/8", "x/8"])
      assert.equal(parseIpRange(text), undefined, text);
  });
});

test("an address of version 6 that leads to one of version 4 reaches that one", () => {
  const inner = parseIpAddress("169.254.169.254")?.value;
  for (const text of [
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
  ]) {
    const address = parseIpAddress(text);
    assert.ok(address !== undefined);
    assert.ok(
      listReached(address).some(({ family, value }) => family === 4 && value === inner),
      text,
    );
  }
  for (const text of ["::1", "::", "fe80::1", "1.2.3.4"]) {
    const address = parseIpAddress(text);
    assert.deepEqual(address === undefined ? [] : listReached(address), [address], text);
  }
});
