/** JSON that every reader of YAML takes: all but plain ASCII is written as numbers. */
export function writePlainJson(value: object): string {
  return JSON.stringify(value).replace(
    // eslint-disable-next-line no-control-regex -- what is not plain is what is looked for
    /[^\u0020-\u007e]/gu,
    (character) =>
      [...Array(character.length).keys()]
        .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
        .join(""),
  );
}
