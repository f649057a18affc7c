/**
 * A circuit breaker: whoever does not answer is left alone for a while, so that a receiver that is down gets one request
 * now and then instead of one for every run that ends, and no callback uses its tries up on it.
 *
 * C1. Closed: everything goes through. After `failuresAtMost` failures in a row it opens.
 * C2. Open: nothing goes through before `retryAt`. Then one does, as a probe; the others wait for what becomes of it.
 * C3. A good answer closes it. A failed probe doubles the wait, up to `longestMs`.
 */
export interface CircuitRules {
  readonly failuresAtMost: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

const usualCircuit: CircuitRules = { failuresAtMost: 5, firstMs: 15_000, longestMs: 300_000 };

export class Circuit {
  private readonly rules: CircuitRules;
  private failures = 0;
  private waitMs: number;
  private retryAt = -Infinity;
  private isProbing = false;

  constructor(rules: CircuitRules = usualCircuit) {
    this.rules = rules;
    this.waitMs = rules.firstMs;
  }

  get isOpen(): boolean {
    return this.failures >= this.rules.failuresAtMost;
  }

  /** Nothing that went wrong is remembered. */
  get isFresh(): boolean {
    return this.failures === 0;
  }

  /** Whether a request may go now; whoever may must say what became of it. */
  admit(now: number): boolean {
    if (!this.isOpen) return true;
    if (this.isProbing || now < this.retryAt) return false;
    this.isProbing = true;
    return true;
  }

  /** When to ask again; Infinity: when a request that is under way has been answered. */
  nextAt(): number {
    return this.isProbing ? Infinity : this.retryAt;
  }

  succeed(): void {
    this.failures = 0;
    this.waitMs = this.rules.firstMs;
    this.isProbing = false;
  }

  fail(now: number): void {
    const wasOpen = this.isOpen;
    this.failures += 1;
    if (!this.isOpen) return;
    // What was sent before it opened says nothing new.
    if (wasOpen && !this.isProbing) return;
    if (wasOpen) this.waitMs = Math.min(this.waitMs * 2, this.rules.longestMs);
    this.retryAt = now + this.waitMs;
    this.isProbing = false;
  }

  /** The request was taken back before anybody knew what became of it. */
  withdraw(): void {
    this.isProbing = false;
  }
}
