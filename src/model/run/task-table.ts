/**
 * All tasks of a run as a structure of typed arrays: about fifty bytes a task, a million in fifty megabytes.
 *
 * T1. A task's number never changes, and numbers are dense from 0.
 * T2. Children that are made together (nodes of a region, members of a fan-out) are one block: `first`, `count`.
 * T3. Everything that few tasks have (inputs, outputs, reasons) lies in sparse maps elsewhere.
 */
export class TaskTable {
  size = 0;
  kind: Uint8Array;
  phase: Uint8Array;
  /** Bits: see taskFlags. */
  flags: Uint8Array;
  /** Task that this one belongs to; -1 for the entry. */
  parent: Int32Array;
  /** Index of the node in the plan's flat node list; -1 where there is none. */
  node: Int32Array;
  /** Index of the called process; -1 until it is known. */
  process: Int32Array;
  /** Item index of a member, number of an attempt, number of a stage, index of a hook. */
  order: Int32Array;
  /** First child of the block. */
  first: Int32Array;
  /** Children in the block. */
  count: Int32Array;
  /** Before firing: needs not yet settled. After: children not yet closed. */
  pending: Int32Array;
  /** Children that are under way: fired and not yet closed. */
  active: Int32Array;
  exitCode: Int32Array;
  /** Epoch ms; 0 until it happens. */
  startedAt: Float64Array;
  endedAt: Float64Array;

  /** Most runs are small and may be there by the thousand, so their columns lie in one piece of memory. */
  constructor(capacity = 16) {
    const memory = new ArrayBuffer(capacity * bytesPerTask);
    let offset = 0;
    const take = (bytesPerItem: number): number => {
      const at = offset;
      offset += capacity * bytesPerItem;
      return at;
    };
    // The widest come first, so that all of them are aligned.
    this.startedAt = new Float64Array(memory, take(8), capacity);
    this.endedAt = new Float64Array(memory, take(8), capacity);
    this.parent = new Int32Array(memory, take(4), capacity);
    this.node = new Int32Array(memory, take(4), capacity);
    this.process = new Int32Array(memory, take(4), capacity);
    this.order = new Int32Array(memory, take(4), capacity);
    this.first = new Int32Array(memory, take(4), capacity);
    this.count = new Int32Array(memory, take(4), capacity);
    this.pending = new Int32Array(memory, take(4), capacity);
    this.active = new Int32Array(memory, take(4), capacity);
    this.exitCode = new Int32Array(memory, take(4), capacity);
    this.kind = new Uint8Array(memory, take(1), capacity);
    this.phase = new Uint8Array(memory, take(1), capacity);
    this.flags = new Uint8Array(memory, take(1), capacity);
  }

  /** Makes `count` tasks with the same parent and kind, all waiting; returns the number of the first. */
  allocate(count: number, parent: number, kind: number): number {
    const first = this.size;
    const size = first + count;
    if (size > this.kind.length) this.grow(size);
    this.size = size;
    this.kind.fill(kind, first, size);
    this.parent.fill(parent, first, size);
    this.node.fill(-1, first, size);
    this.process.fill(-1, first, size);
    this.exitCode.fill(noExitCode, first, size);
    return first;
  }

  hasFlag(task: number, flag: number): boolean {
    return ((this.flags[task] as number) & flag) !== 0;
  }

  setFlag(task: number, flag: number): void {
    this.flags[task] = (this.flags[task] as number) | flag;
  }

  private grow(size: number): void {
    // Large tables grow by half, because the peak while copying counts against the memory of a million tasks.
    const capacity = Math.max(size, Math.ceil(this.kind.length * (this.kind.length < 65_536 ? 2 : 1.5)));
    this.kind = widen(this.kind, new Uint8Array(capacity));
    this.phase = widen(this.phase, new Uint8Array(capacity));
    this.flags = widen(this.flags, new Uint8Array(capacity));
    this.parent = widen(this.parent, new Int32Array(capacity));
    this.node = widen(this.node, new Int32Array(capacity));
    this.process = widen(this.process, new Int32Array(capacity));
    this.order = widen(this.order, new Int32Array(capacity));
    this.first = widen(this.first, new Int32Array(capacity));
    this.count = widen(this.count, new Int32Array(capacity));
    this.pending = widen(this.pending, new Int32Array(capacity));
    this.active = widen(this.active, new Int32Array(capacity));
    this.exitCode = widen(this.exitCode, new Int32Array(capacity));
    this.startedAt = widen(this.startedAt, new Float64Array(capacity));
    this.endedAt = widen(this.endedAt, new Float64Array(capacity));
  }
}

/** Two columns of eight bytes, nine of four, three of one. */
const bytesPerTask = 2 * 8 + 9 * 4 + 3;

/** Stands in `exitCode` while there is none. */
export const noExitCode = -2147483648;

export const taskFlags = {
  /** Ended, its hooks have ended too, and its parent has been told. */
  closed: 1,
  /** A region or the like that starts nothing new. */
  halted: 2,
  /** A task with a retry policy: its children are attempts. */
  retried: 4,
  /** A bad child has been seen: of a stage one that the order does not tolerate, of a region or fan-out any. */
  spoiled: 8,
  /** Its hooks have been looked at since it ended. */
  hooked: 16,
  /** It counts in its region's limit of active children. */
  counted: 32,
  /** Its parent counts it as active. */
  entered: 64,
  /** A graph in which the branch of a target has ended badly. */
  failing: 128,
} as const;

function widen<T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
