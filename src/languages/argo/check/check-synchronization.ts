/** Locks of a workflow or template (Argo fields.md, Synchronization; 1.9): each has one name, each limit one source. */
import type { Synchronization } from "../read/types.ts";
import { reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { isKnown } from "./present.ts";

/** Checks locks. Argo finds these faults only when the lock is taken, so they are warnings. */
export function checkSynchronization(
  checker: Checker,
  site: Site,
  synchronization: Synchronization | undefined,
  place: string,
): void {
  const report = (text: string, ...below: (string | number)[]): void =>
    reportWarning(checker, "argo/bad-synchronization", site, `${place}.synchronization.${text}`, below);
  for (const [index, mutex] of (synchronization?.mutexes ?? []).entries()) {
    if (!isKnown(mutex.name)) report(`mutexes[${index}].name is required`, "mutexes", index);
  }
  for (const [index, semaphore] of (synchronization?.semaphores ?? []).entries()) {
    const { configMapKeyRef: map, database } = semaphore;
    const at = ["semaphores", index];
    if (map !== undefined && database !== undefined) {
      report(`semaphores[${index}] has both configMapKeyRef and database`, ...at);
    } else if (map === undefined && database === undefined) {
      report(`semaphores[${index}] needs configMapKeyRef or database`, ...at);
    } else if (map !== undefined && (!isKnown(map.name) || !isKnown(map.key))) {
      report(`semaphores[${index}].configMapKeyRef needs name and key`, ...at);
    } else if (database !== undefined && !isKnown(database.key)) {
      report(`semaphores[${index}].database.key is required`, ...at);
    }
  }
}
