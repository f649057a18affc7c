/**
 * Starts and ends of attempts that the engine is not told yet, so that one decision and one commit serve several of them.
 *
 * What must stay true: everything is told in the order in which it happened, and nothing is held for longer than the
 * given time after it was added to be told soon.
 */
export interface HeldNews {
  isEmpty(): boolean;
  /**
   * Tells it after everything before it: at once, soon (together with what is added meanwhile), or whenever the others
   * are told.
   */
  add(tell: () => void, when: "now" | "soon" | "with-others"): void;
  /** What is not told yet never is: the next engine finds the records. */
  drop(): void;
}

export function createHeldNews(longestHoldMs: number): HeldNews {
  let held: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const drop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    held = [];
  };
  const tellAll = (): void => {
    const news = held;
    drop();
    for (const tell of news) tell();
  };
  return {
    isEmpty: () => held.length === 0,
    add: (tell, when) => {
      held.push(tell);
      if (when === "now") tellAll();
      else if (when === "soon") timer ??= setTimeout(tellAll, longestHoldMs);
    },
    drop,
  };
}
