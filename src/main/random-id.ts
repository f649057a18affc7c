/**
 * Random names and ids without `node:crypto`, whose loading alone takes a tenth of a cold start.
 * The kernel's generator is the source of both; where it cannot be read, `node:crypto` is asked after all.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { randomFillSync } from "node:crypto";
import { formatUuid } from "../base/format-uuid.ts";

/** Letters that Kubernetes uses for generated names: no vowels, nothing that looks like another. */
const suffixLetters = "bcdfghjklmnpqrstvwxz2456789";

/** A version 4 UUID (RFC 9562, 5.4). */
export function makeUuid(): string {
  const bytes = readRandomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return formatUuid(bytes.toString("hex"));
}

/** Five letters to end a generated name with. */
export function makeSuffix(): string {
  return [...readRandomBytes(5)].map((byte) => suffixLetters[byte % suffixLetters.length]).join("");
}

function readRandomBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  return readFromKernel(bytes) ? bytes : randomFillSync(bytes);
}

function readFromKernel(bytes: Buffer): boolean {
  let file: number;
  try {
    file = openSync("/dev/urandom", "r");
  } catch {
    // Not every system has it; the caller knows another way.
    return false;
  }
  try {
    return readSync(file, bytes) === bytes.length;
  } finally {
    closeSync(file);
  }
}
