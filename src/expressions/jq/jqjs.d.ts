/** What is used of the library; it has no types of its own. */
declare module "@michaelhomer/jqjs" {
  const jq: { compile(filter: string): (value: unknown) => Iterable<unknown> };
  export default jq;
}
