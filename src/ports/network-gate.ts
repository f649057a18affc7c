/**
 * The network gate port: whether the engine may connect somewhere because a document says so.
 *
 * K1. What is refused is refused with MillraceError `network/refused` (denied), which says by which rule and how to allow it.
 * K2. A connection goes to an address that was checked: between the check and the connection no name is resolved again.
 * K3. Every connection is checked, also the one that a redirect leads to.
 */
import type { LookupFunction } from "node:net";

export interface NetworkGate {
  /** Refuses by name, and by address where the host is one. Whoever connects calls this first, because no address is looked up. */
  checkHost(host: string, port: number): void;
  /** How to resolve names of hosts for connections to the port: it gives only addresses that are allowed (K2). */
  lookupFor(port: number): LookupFunction;
  /** For clients that connect by themselves: refuses when no address that the name has now is allowed. */
  checkResolved(host: string, port: number): Promise<void>;
}
