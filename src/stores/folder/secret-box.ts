/**
 * Encrypting the values of a Secret: AES-256-GCM, with a fresh nonce for each writing.
 * A box says by which key it was closed, so that a missing key can be told from a damaged box. What it is about (`place`)
 * is authenticated with it: a box that somebody moved to another Secret's place does not open there.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** 32 bytes, and the name by which boxes know them. */
export interface SecretKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** As it lies in a file; all but `form` and `key` is base64. */
export interface SecretBox {
  readonly form: 2;
  /** The id of the key. */
  readonly key: string;
  readonly nonce: string;
  readonly tag: string;
  readonly box: string;
}

const method = "aes-256-gcm";
const tagBytes = 16;

/** The key with its id, which says nothing about the key itself: a part of its digest. */
export function nameKey(bytes: Buffer): SecretKey {
  const id = createHash("sha256").update("millrace secret key\n").update(bytes).digest("hex").slice(0, 16);
  return { id, bytes };
}

export function makeKey(): SecretKey {
  return nameKey(randomBytes(32));
}

export function closeBox(text: string, key: SecretKey, place: string): SecretBox {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(method, key.bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(`${key.id}\n${place}`));
  const box = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return {
    form: 2,
    key: key.id,
    nonce: nonce.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    box: box.toString("base64"),
  };
}

/** Undefined when the box is not what was closed with this key at this place. */
export function openBox({ nonce, tag, box }: SecretBox, key: SecretKey, place: string): string | undefined {
  const [start, end] = [Buffer.from(nonce, "base64"), Buffer.from(tag, "base64")];
  if (start.length !== 12 || end.length !== tagBytes) return undefined;
  const decipher = createDecipheriv(method, key.bytes, start, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(`${key.id}\n${place}`));
  decipher.setAuthTag(end);
  try {
    return Buffer.concat([decipher.update(box, "base64"), decipher.final()]).toString("utf8");
  } catch {
    // The cipher says by an error that a byte is another one; there is no other reason.
    return undefined;
  }
}
