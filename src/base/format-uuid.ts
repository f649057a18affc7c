/** Where the parts of a UUID begin among its hexadecimal digits. */
const partStarts: readonly number[] = [0, 8, 12, 16, 20];

/** The 32 hexadecimal digits of a UUID with hyphens between its parts (RFC 9562, section 4). */
export function formatUuid(digits: string): string {
  return partStarts.map((start, index) => digits.slice(start, partStarts[index + 1])).join("-");
}
