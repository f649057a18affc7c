/** Refuses a name that no task of a run has, with what was probably meant. */
import type { RunPicture } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { findMeantName } from "../arguments/find-meant-name.ts";

/** So many tasks are looked through for a name like the given one. */
const comparedAtMost = 2000;

/** Throws `cli/unknown-task`. `select` is a name or a selector in the words of the run's language, or names what has yet to begin. */
export function checkTask(picture: RunPicture, select: string): void {
  const { state, view } = picture;
  if (view.findTasks(state, select).length > 0) return;
  if ((view.unreached?.(state, select) ?? []).length === 0) throw refuseTask(picture, select);
}

/** `cli/unknown-task`. */
export function refuseTask({ row, state, view }: RunPicture, select: string): MillraceError {
  const rows = view.rows(state, comparedAtMost).map(({ task }) => task);
  const tasks = [...rows, ...(view.unreached?.(state) ?? []).slice(0, comparedAtMost)];
  const names = new Set(tasks.map((task) => view.taskName(state, task).short));
  const closest = findMeantName(select, [...names]);
  return new MillraceError("cli/unknown-task", "not-found", `run ${row.name} has no task '${select}'`, {
    hint:
      closest === undefined ? `\`millrace get ${row.name}\` shows its tasks.` : `Did you mean ${closest}?`,
  });
}
