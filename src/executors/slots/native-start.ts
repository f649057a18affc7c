/**
 * Starting slots with the addon that set-up compiles where it finds a C compiler (native/addon.c). Node's own way copies
 * the engine for each program, and loads a dozen of Node's modules before the first.
 */
import { describeFailure, type StartSlot } from "./start-slot.ts";

/** What the addon has for slots; native/addon.c describes it. */
export interface SlotAddon {
  /** The slot, or the number of a system error. */
  start(
    program: string,
    variables: readonly string[],
    notices: string,
    listener: (text: string | undefined) => void,
  ): object | number;
  pid(slot: object): number;
  write(slot: object, text: string): void;
  end(slot: object): void;
  detach(slot: object): void;
}

export function createNativeStart(addon: SlotAddon): StartSlot {
  return (program, environment, noticeFile, listener) => {
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    let isDetached = false;
    const slot = addon.start(program, variables, noticeFile, (text) => {
      if (text === undefined) listener.gone();
      else if (!isDetached) listener.said(text);
    });
    if (typeof slot === "number") return describeFailure(program);
    return {
      pid: addon.pid(slot),
      write: (text) => addon.write(slot, text),
      end: () => addon.end(slot),
      detach: () => {
        isDetached = true;
        addon.detach(slot);
      },
    };
  };
}
