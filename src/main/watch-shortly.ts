/**
 * Watching a folder from shortly after the start of an engine, while its first task runs.
 *
 * Making a watcher loads modules and costs what a short run notices, and one that is over by then needs none.
 * What must stay true: nothing that happens to the folder is missed, whenever it happened. So it is looked at once the
 * watcher is there, and where none can be had (the system has given out all that it has) it is looked at now and then.
 */

/** People do not notice so long a delay, and the first task has begun by then. */
const shortlyMs = 50;

/** How often a folder is looked at that cannot be watched. */
const lookEveryMs = 1_000;

/**
 * Calls `watch` shortly, then `look`; `watch` returns what ends it. A system error of `watch` means that the folder
 * cannot be watched now. Returns what ends all of it.
 */
export function watchShortly(watch: () => () => void, look: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopWatching = (): void => undefined;
  const begin = (): void => {
    try {
      stopWatching = watch();
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      timer = setTimeout(begin, lookEveryMs).unref();
    }
    look();
  };
  timer = setTimeout(begin, shortlyMs).unref();
  return () => {
    clearTimeout(timer);
    stopWatching();
  };
}
