/**
 * A first-in first-out queue of task numbers that keeps ranges as ranges:
 * a fan-out of a million members is one entry.
 */
export class RangeQueue {
  private items: number[] = [];
  private head = 0;

  get isEmpty(): boolean {
    return this.head >= this.items.length;
  }

  push(first: number, count = 1): void {
    if (count > 0) this.items.push(first, count);
  }

  /** The next task without taking it; -1 when empty. */
  peek(): number {
    return this.isEmpty ? -1 : (this.items[this.head] as number);
  }

  /** Takes the next task; -1 when empty. */
  shift(): number {
    if (this.isEmpty) return -1;
    const head = this.head;
    const task = this.items[head] as number;
    const count = this.items[head + 1] as number;
    if (count > 1) {
      this.items[head] = task + 1;
      this.items[head + 1] = count - 1;
    } else {
      this.head = head + 2;
      if (this.head > 1024 && this.head * 2 > this.items.length) {
        this.items = this.items.slice(this.head);
        this.head = 0;
      }
    }
    return task;
  }

  /** Tasks in the queue. */
  count(): number {
    let sum = 0;
    for (let index = this.head + 1; index < this.items.length; index += 2) sum += this.items[index] as number;
    return sum;
  }

  /** The ranges, in order. */
  *ranges(): Generator<{ readonly first: number; readonly count: number }> {
    for (let index = this.head; index < this.items.length; index += 2) {
      yield { first: this.items[index] as number, count: this.items[index + 1] as number };
    }
  }
}
