/**
 * One life of an engine process. Death may come between two steps or inside a call to a port: from then on nothing
 * of this life reaches the world any more, as nothing of a killed process does.
 */

export interface Life {
  readonly number: number;
  readonly dead: boolean;
  /** Calls to ports so far. */
  readonly calls: number;
  /** A point at which this life may end. Returns true when it has. */
  meet(point: string): boolean;
  kill(): void;
}

/** `dieAtCall` is the number of the port call in which death comes; absent: not in any. */
export function createLife(
  number: number,
  dieAtCall: number | undefined,
  trace: (line: string) => void,
): Life {
  let dead = false;
  let calls = 0;
  return {
    number,
    get dead() {
      return dead;
    },
    get calls() {
      return calls;
    },
    meet: (point) => {
      if (dead) return true;
      calls += 1;
      if (calls === dieAtCall) {
        dead = true;
        trace(`life ${number} dies in ${point} (call ${calls})`);
      }
      return dead;
    },
    kill: () => {
      dead = true;
    },
  };
}

/** A promise that a dead process will not see settled. */
export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
