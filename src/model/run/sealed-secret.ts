/**
 * A secret value's place holder.
 *
 * Values of Secrets never enter a plan, an event or an order. In their place stands a seal that names the Secret and the
 * key, and the value is put in when an attempt or a request begins, in memory. Whatever a language builds out of
 * values (`postgres://$(USER):$(PASSWORD)@db`) it can build out of seals as well.
 */

/** Texts by key by name of the Secret. */
export type SecretTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Private-use characters: no document says them by accident, and no expression language gives them a meaning. */
const sealStart = "\u{F8FE}";
const sealEnd = "\u{F8FF}";

const sealPattern = new RegExp(`${sealStart}([^/${sealEnd}]*)/([^/${sealEnd}]*)${sealEnd}`, "gu");

export function sealSecret(name: string, key: string): string {
  return `${sealStart}${escapePart(name)}/${escapePart(key)}${sealEnd}`;
}

/** The same Secrets with a seal in place of every value. */
export function sealSecrets(secrets: SecretTexts): SecretTexts {
  return mapEntries(secrets, (texts, name) => mapEntries(texts, (_text, key) => sealSecret(name, key)));
}

/** The text with every seal replaced by what `find` gives for it. */
export function openSeals(text: string, find: (name: string, key: string) => string): string {
  if (!text.includes(sealStart)) return text;
  return text.replace(sealPattern, (_whole, name: string, key: string) =>
    find(unescapePart(name), unescapePart(key)),
  );
}

/** What would end a name or a seal too early is written as a number. */
function escapePart(text: string): string {
  return text.replace(/[%/\u{F8FE}\u{F8FF}]/gu, (character) => `%${character.codePointAt(0)};`);
}

function unescapePart(text: string): string {
  return text.replace(/%(\d+);/gu, (_whole, code: string) => String.fromCodePoint(Number(code)));
}

function mapEntries<T, U>(
  record: Readonly<Record<string, T>>,
  change: (value: T, key: string) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
