/** Signals to processes and groups that may be gone already. */

/** Kills a process group; a group that is gone already is fine. */
export function killGroup(pid: number): void {
  sendSignal(-pid, "SIGKILL");
}

/** Sends a signal; false when nothing is there to receive it. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EPERM"))
      return false;
    throw error;
  }
}
