/** The refusals that all drivers share (ports/artifact-driver.ts, D5 and D6). */
import { InvariantError, MillraceError } from "../../base/errors.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { TransferLimits } from "../../ports/artifact-driver.ts";
import { nameDriver } from "./settings.ts";

export function missingThere(place: StoragePlace, found: string): MillraceError {
  return new MillraceError("artifact/missing", "not-found", `${nameDriver(place)} is not there: ${found}`, {
    hint: "Check the location, and that whatever makes it has run.",
  });
}

export function deniedThere(place: StoragePlace, found: string): MillraceError {
  return new MillraceError("artifact/denied", "denied", `${nameDriver(place)} may not be used: ${found}`, {
    hint: "Check the credentials that the location names, and what they are allowed to do.",
  });
}

export function unavailableThere(place: StoragePlace, found: string, cause?: unknown): MillraceError {
  return new MillraceError(
    "artifact/unavailable",
    "unavailable",
    `${nameDriver(place)} cannot be reached: ${found}`,
    {
      hint: "Check the address and the network; the attempt can be retried.",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

export function unsupportedThere(place: StoragePlace, what: string, hint: string): MillraceError {
  return new MillraceError("artifact/unsupported-operation", "invalid", `${nameDriver(place)}: ${what}`, {
    hint,
  });
}

export function tooLarge(place: StoragePlace, bytesAtMost: number): MillraceError {
  return new MillraceError(
    "artifact/too-large",
    "invalid",
    `${nameDriver(place)} holds more than ${bytesAtMost} bytes`,
    { hint: "Take a smaller part of it." },
  );
}

export function damagedThere(place: StoragePlace, found: string): MillraceError {
  return new MillraceError("artifact/damaged", "invalid", `${nameDriver(place)} is damaged: ${found}`, {
    hint: "Make it again; what was brought is not what was stored.",
  });
}

export function unsafeKeyThere(place: StoragePlace, key: string): MillraceError {
  return new MillraceError(
    "artifact/unsafe-key",
    "invalid",
    `${nameDriver(place)} holds '${key}', which would lie outside of the target`,
    { hint: "Rename that object, or name another place." },
  );
}

/** The driver has no means to work here. `needed` names them. */
export function driverMissing(driver: string, needed: string): MillraceError {
  return new MillraceError("artifact/driver-missing", "invalid", `artifacts in ${driver} need ${needed}`, {
    hint: "Install it where Millrace runs, or keep the artifact elsewhere.",
  });
}

/** Does the work; what goes wrong in it comes back as an error of ours. */
export async function inOurWords<T>(
  place: StoragePlace,
  { signal }: TransferLimits,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateTransferError(error, place, signal);
  }
}

/** Errors of ours pass through; all others mean that the place could not be used now. */
export function translateTransferError(error: unknown, place: StoragePlace, signal: AbortSignal): Error {
  if (error instanceof MillraceError || error instanceof InvariantError) return error;
  if (signal.aborted) return unavailableThere(place, describeAbort(signal), error);
  if (!(error instanceof Error))
    return new InvariantError(`something that is no error was thrown: ${String(error)}`);
  const code = "code" in error ? String(error.code) : "";
  // A mistake of ours is no fault of the network, and trying again would not mend it.
  if (code === "" && (error instanceof TypeError || error instanceof ReferenceError)) return error;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new MillraceError(
      "artifact/full",
      "exhausted",
      `cannot bring ${nameDriver(place)}: the disk is full`,
      {
        hint: "Free space on that disk; nothing that was kept is lost.",
        cause: error,
      },
    );
  }
  // An error that gathers others (every address of a host refused) has no text of its own.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const text = error.message === "" && inner instanceof Error ? inner.message : error.message;
  return unavailableThere(place, text === "" ? code : text, error);
}

function describeAbort(signal: AbortSignal): string {
  const reason: unknown = signal.reason;
  return reason instanceof Error && reason.name === "TimeoutError" ? "it took too long" : "it was given up";
}
