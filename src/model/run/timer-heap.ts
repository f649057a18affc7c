/** A binary heap of times. Entries are never taken out early: whoever reads one checks whether it still means something. */
export class TimerHeap {
  private readonly times: number[] = [];
  private readonly tasks: number[] = [];

  get size(): number {
    return this.times.length;
  }

  /** The earliest time; Infinity when empty. */
  nextAt(): number {
    return this.times[0] ?? Infinity;
  }

  /** `task` is -1 for the run itself, and less for its callbacks. */
  push(at: number, task: number): void {
    if (at === Infinity) return;
    let index = this.times.length;
    this.times.push(at);
    this.tasks.push(task);
    while (index > 0) {
      const above = (index - 1) >> 1;
      if ((this.times[above] as number) <= at) break;
      this.move(above, index);
      index = above;
    }
    this.times[index] = at;
    this.tasks[index] = task;
  }

  /** Takes the task with the earliest time when that time has come; undefined otherwise. */
  shiftDue(at: number): number | undefined {
    if (this.times.length === 0 || (this.times[0] as number) > at) return undefined;
    const task = this.tasks[0] as number;
    const lastTime = this.times.pop() as number;
    const lastTask = this.tasks.pop() as number;
    if (this.times.length > 0) this.sink(lastTime, lastTask);
    return task;
  }

  private sink(time: number, task: number): void {
    const size = this.times.length;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= size) break;
      if (below + 1 < size && (this.times[below + 1] as number) < (this.times[below] as number)) below += 1;
      if ((this.times[below] as number) >= time) break;
      this.move(below, index);
      index = below;
    }
    this.times[index] = time;
    this.tasks[index] = task;
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] as number;
    this.tasks[to] = this.tasks[from] as number;
  }
}
