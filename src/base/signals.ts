/** POSIX signals by name: the numbers that Linux gives them. */
const numbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** The exit code by which shells and Kubernetes report a death by signal: 128 + number; 128 for a signal without one. */
export function signalExitCode(signal: string): number {
  return 128 + (numbers[signal] ?? 0);
}
