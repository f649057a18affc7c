/**
 * After an attempt shorter than this the executor takes two more for each slot. They are made ready meanwhile, and begin
 * as soon as a slot is free, while the engine still decides what the end of the last one means. Longer attempts do not
 * gain from that, and what the engine has handed out it cannot put behind something more urgent any more.
 */
const quickAttemptMs = 50;

/** Whether the last attempt was over so soon that what follows it is worth having ready; undefined: there was none. */
export function isQuick(lastMs: number | undefined): boolean {
  return lastMs !== undefined && lastMs < quickAttemptMs;
}
