/**
 * When which schedule has to be looked at: a heap, so that one timer serves thousands of them and a wake costs the
 * logarithm of their number. What must stay true: a key has one wake at most.
 *
 * Timers stand still while a machine sleeps and know nothing of clocks that are set, so nobody sleeps for longer than
 * a minute; such a look reads the top of the heap and nothing else. A clock that was set back makes wakes too late:
 * `look` says so, and then every schedule is opened again.
 */

/** The longest sleep between two looks. */
const longestSleepMs = 60_000;
/** Clocks are corrected by so little all the time; what lay within it has been decided already. */
const setBackMs = 1000;

interface Wake {
  readonly at: number;
  readonly key: string;
}

/** What a look found. */
export interface Look {
  /** Keys whose wake has come, earliest first; they have no wake now. */
  readonly due: readonly { readonly key: string; readonly dueAt: number }[];
  /** The clock shows less than at the last look. */
  readonly isSetBack: boolean;
  /** How long to sleep until the next look; set again after every `set`. */
  readonly sleepMs: number;
}

export class WakeQueue {
  /** A binary heap; entries that are not in `wakes` any more are stale, and skipped. */
  private heap: Wake[] = [];
  private readonly wakes = new Map<string, Wake>();
  private seenAt = -Infinity;

  get size(): number {
    return this.wakes.size;
  }

  /**
   * The wake of a key, in the place of its earlier one; Infinity takes it away. A wake that has come by `now` and was
   * not looked at yet stays: what was decided meanwhile, about something else, knows nothing of it.
   */
  set(key: string, at: number, now: number): void {
    const old = this.wakes.get(key)?.at ?? Infinity;
    if (old === at || old <= now) return;
    if (at === Infinity) return this.remove(key);
    const wake = { at, key };
    this.wakes.set(key, wake);
    if (this.heap.length > 2 * this.wakes.size + 64) this.rebuild();
    else this.push(wake);
  }

  /** The key means nothing any more. */
  remove(key: string): void {
    this.wakes.delete(key);
  }

  /** The earliest wake; Infinity when there is none. */
  nextAt(): number {
    this.dropStale();
    return this.heap[0]?.at ?? Infinity;
  }

  /** Takes out what has come by now. */
  look(now: number): Look {
    const isSetBack = now < this.seenAt - setBackMs;
    this.seenAt = now;
    const due: { readonly key: string; readonly dueAt: number }[] = [];
    while (this.nextAt() <= now) {
      const wake = this.pop();
      if (wake === undefined) break;
      this.wakes.delete(wake.key);
      due.push({ key: wake.key, dueAt: wake.at });
    }
    return { due, isSetBack, sleepMs: Math.min(longestSleepMs, Math.max(0, this.nextAt() - now)) };
  }

  private dropStale(): void {
    for (let top = this.heap[0]; top !== undefined && this.wakes.get(top.key) !== top; top = this.heap[0]) {
      this.pop();
    }
  }

  private rebuild(): void {
    this.heap = [...this.wakes.values()].toSorted((left, right) => left.at - right.at);
  }

  private push(wake: Wake): void {
    let index = this.heap.length;
    this.heap.push(wake);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.heap[above];
      if (parent === undefined || parent.at <= wake.at) break;
      this.heap[index] = parent;
      index = above;
    }
    this.heap[index] = wake;
  }

  private pop(): Wake | undefined {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.sink(last);
    return top;
  }

  private sink(wake: Wake): void {
    let index = 0;
    for (;;) {
      const left = this.heap[2 * index + 1];
      const right = this.heap[2 * index + 2];
      const isRight = right !== undefined && left !== undefined && right.at < left.at;
      const child = isRight ? right : left;
      if (child === undefined || child.at >= wake.at) break;
      this.heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    this.heap[index] = wake;
  }
}
