/**
 * Masking secret values in output that people read.
 * Output goes from the command straight into a file, so it is masked in two places: executors rewrite the files once
 * after the end, and whoever shows the output of a running attempt passes it through here first.
 */
import { findByteText } from "./byte-text.ts";

/** Values shorter than this are left alone: masking every `1` would destroy the text and hide nothing. */
export const shortestMaskedSecret = 4;

/** What stands in place of a secret. */
export const secretMask = "***";

/**
 * The texts that must not be shown: each value, and each of its lines, because output is read by line.
 * Longest first, so that a secret that holds another one is masked whole.
 */
export function listMaskedTexts(secrets: readonly string[]): readonly string[] {
  const texts = new Set<string>();
  for (const value of secrets) {
    // Bytes that are no text are shown as base64, if at all.
    const secret = findByteText(value) ?? value;
    for (const text of [secret, secret.trimEnd(), ...secret.split(/\r?\n/)]) {
      if (text.length >= shortestMaskedSecret && text.trim() !== "") texts.add(text);
    }
  }
  return [...texts].sort((a, b) => b.length - a.length);
}

/** The text with every secret replaced by `***`. A secret that is cut in two by the end of the text is not seen. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return listMaskedTexts(secrets).reduce((masked, secret) => masked.replaceAll(secret, secretMask), text);
}
