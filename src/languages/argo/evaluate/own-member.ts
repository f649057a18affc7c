/** Members of records that come from documents: only their own, because `constructor` is a name like any other. */

/** The member of that name; undefined when the record itself has none. */
export function ownMember<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
