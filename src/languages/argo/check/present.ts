/** Go has no absent text: an empty text means the same as a missing one. These read fields in that way. */

/** True when a text is there and not empty. */
export function isKnown(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

/** True when a text has a tag in it, so that its value is only known at run time. */
export function hasTag(text: string): boolean {
  return text.includes("{{");
}
