/** Watching single runs: whoever watches one costs nothing while others change. */
import type { LiveRun } from "../runtime/live-run.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** `watch` calls back after each commit of the run of that name, whether it is there already or not; returns what ends that. */
export interface RunWatch {
  readonly watch: (name: string, changed: (run: LiveRun) => void) => () => void;
}

export function createRunWatch(runtime: Pick<Runtime, "listen">): RunWatch {
  const watchers = new Map<string, Set<(run: LiveRun) => void>>();
  runtime.listen((run) => {
    for (const changed of watchers.get(run.name) ?? []) changed(run);
  });
  return {
    watch: (name, changed) => {
      const watching = watchers.get(name) ?? new Set();
      watchers.set(name, watching);
      watching.add(changed);
      return () => {
        watching.delete(changed);
        if (watching.size === 0 && watchers.get(name) === watching) watchers.delete(name);
      };
    },
  };
}
