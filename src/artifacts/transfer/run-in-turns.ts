/** Does something for each item, a bounded number at a time. After the first error nothing new begins. */
export async function runInTurns<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const takeTurns = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true && !failed; next = waiting.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, takeTurns));
  const bad = ends.find((end) => end.status === "rejected");
  if (bad !== undefined) throw bad.reason as Error;
}
