/**
 * Addresses of the internet protocol, and ranges of them.
 * Only what the system itself prints is an address here: four decimal numbers, or groups of hexadecimal digits. Whatever
 * else may stand for one (`0x7f.1`) has been turned into that by whoever parsed the URL, or is a name.
 */

export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** All addresses whose first `bits` are those of `first`. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly bits: number;
}

/** Undefined for what is no address. Brackets and zones (`%eth0`) are left out. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const plain = text.replace(/^\[(.*)\]$/u, "$1").replace(/%.*$/u, "");
  if (!plain.includes(":")) {
    const value = parseFour(plain);
    return value === undefined ? undefined : { family: 4, value };
  }
  const value = parseSix(plain);
  return value === undefined ? undefined : { family: 6, value };
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^(?:0|[1-9]\d{0,2})$/u.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = parseGroups(head);
  const after = tail === undefined ? [] : parseGroups(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<bigint>(tail === undefined ? 0 : missing).fill(0n), ...after];
  return groups.reduce((sum, group) => sum * 65_536n + group, 0n);
}

/** The last two groups may be written as an address of version 4. */
function parseGroups(text: string): readonly bigint[] | undefined {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const four = index === parts.length - 1 && part.includes(".") ? parseFour(part) : undefined;
    if (four !== undefined) groups.push(four >> 16n, four & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/iu.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

/** `10.0.0.0/8`, or a single address. Undefined for what is no range. */
export function parseIpRange(text: string): IpRange | undefined {
  const [base = "", length, ...more] = text.split("/");
  const address = parseIpAddress(base);
  if (address === undefined || more.length > 0) return undefined;
  const bitsAtMost = address.family === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/u.test(length)) return undefined;
  const bits = length === undefined ? bitsAtMost : Number(length);
  return bits > bitsAtMost ? undefined : { family: address.family, first: address.value, bits };
}

export function isInRange({ family, value }: IpAddress, range: IpRange): boolean {
  if (family !== range.family) return false;
  const rest = BigInt((family === 4 ? 32 : 128) - range.bits);
  return value >> rest === range.first >> rest;
}

/** Ranges of version 6 that lead to an address of version 4, and how many bits are behind it. */
const carriers: readonly { readonly range: string; readonly behind: bigint }[] = [
  // Mapped addresses (RFC 4291, 2.5.5.2), the compatible ones before them, and the well-known prefix of NAT64 (RFC 6052).
  { range: "::ffff:0:0/96", behind: 0n },
  { range: "::/96", behind: 0n },
  { range: "64:ff9b::/96", behind: 0n },
  // 6to4 (RFC 3056).
  { range: "2002::/16", behind: 80n },
];

/** The address, and the one of version 4 that a packet to it ends at, if there is one. */
export function listReached(address: IpAddress): readonly IpAddress[] {
  if (address.family === 4) return [address];
  const reached = carriers.flatMap(({ range, behind }) => {
    const parsed = parseIpRange(range);
    if (parsed === undefined || !isInRange(address, parsed)) return [];
    return [{ family: 4, value: (address.value >> behind) & 0xffff_ffffn } as const];
  });
  // `::` and `::1` lie among the compatible ones and mean what they say.
  return address.value <= 1n ? [address] : [address, ...reached];
}
