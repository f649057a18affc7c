/**
 * A queue by priority, age and arrival: a binary heap.
 * Who waits no more is not looked for; it is dropped when it comes to the head.
 */

/** What stands in a queue. */
export interface Ranked {
  readonly priority: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly arrival: number;
  readonly phase: string;
}

/** Whether one stands before the other. */
export function isBefore(one: Ranked, other: Ranked): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt;
  return one.arrival < other.arrival;
}

export class TicketHeap<T extends Ranked> {
  private readonly items: T[] = [];

  /** The next one whose phase is `waiting`. */
  peek(): T | undefined {
    while (this.items[0] !== undefined && this.items[0].phase !== "waiting") this.drop();
    return this.items[0];
  }

  push(item: T): void {
    const { items } = this;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!isBefore(item, items[above] as T)) break;
      items[index] = items[above] as T;
      index = above;
    }
    items[index] = item;
  }

  private drop(): void {
    const { items } = this;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let index = 0;
    for (let below = 1; below < items.length; below = 2 * index + 1) {
      const right = items[below + 1];
      if (right !== undefined && isBefore(right, items[below] as T)) below += 1;
      if (!isBefore(items[below] as T, last)) break;
      items[index] = items[below] as T;
      index = below;
    }
    items[index] = last;
  }
}
