/** The earliest time at which each run asks to be woken, so that a turn does not look at every run to find the first. */
import { TimerHeap } from "../model/run/timer-heap.ts";
import type { LiveRun } from "./live-run.ts";

export class RunTimers {
  private readonly heap = new TimerHeap();
  private readonly runs = new Map<number, LiveRun>();
  private nextNumber = 0;
  private readonly numbers = new Map<LiveRun, number>();
  /** What each run asked for last; entries of the heap that say otherwise mean nothing. */
  private readonly asked = new Map<number, number>();

  /** Takes note of what a run asks for now. */
  note(run: LiveRun): void {
    const number = this.numberOf(run);
    const { ended, callbacksOwed } = run.state;
    const isWaiting = (ended === undefined || callbacksOwed.size > 0) && run.quarantined === undefined;
    const at = isWaiting ? run.state.timers.nextAt() : Infinity;
    if (this.asked.get(number) === at) return;
    if (at === Infinity) this.asked.delete(number);
    else {
      this.asked.set(number, at);
      this.heap.push(at, number);
    }
  }

  /** Lets go of a run; what it asked for means nothing any more. */
  forget(run: LiveRun): void {
    const number = this.numbers.get(run);
    if (number === undefined) return;
    this.asked.delete(number);
    this.numbers.delete(run);
    this.runs.delete(number);
  }

  private numberOf(run: LiveRun): number {
    const known = this.numbers.get(run);
    if (known !== undefined) return known;
    const number = this.nextNumber;
    this.nextNumber += 1;
    this.numbers.set(run, number);
    this.runs.set(number, run);
    return number;
  }

  /** The first time that any run asks for; Infinity when there is none. */
  nextAt(): number {
    for (let at = this.heap.nextAt(); at !== Infinity; at = this.heap.nextAt()) {
      const number = this.heap.shiftDue(at);
      if (number === undefined || this.asked.get(number) !== at) continue;
      this.heap.push(at, number);
      return at;
    }
    return Infinity;
  }

  /** The runs whose time has come. They are noted anew once they have decided. */
  takeDue(now: number): readonly LiveRun[] {
    const due: LiveRun[] = [];
    for (let at = this.nextAt(); at <= now; at = this.nextAt()) {
      const number = this.heap.shiftDue(at) as number;
      this.asked.delete(number);
      due.push(this.runs.get(number) as LiveRun);
    }
    return due;
  }
}
