/**
 * The drivers of foreign storage. A new one is a folder below artifacts/ and one line here; each is loaded with its first
 * use. Those whose packages are not installed here are refused before a run that needs them begins.
 */
import type { AzureLibrary } from "../artifacts/azure/create-azure-driver.ts";
import type { GcsLibrary } from "../artifacts/gcs/create-gcs-driver.ts";
import { findPackage, loadPackage } from "../artifacts/transfer/load-package.ts";
import { driverMissing } from "../artifacts/transfer/refusals.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import { MillraceError } from "../base/errors.ts";
import type { Compiled } from "../model/run/language.ts";
import type { ArtifactDriver } from "../ports/artifact-driver.ts";
import type { NetworkGate } from "../ports/network-gate.ts";

interface DriverEntry {
  readonly load: (gate: NetworkGate | undefined) => Promise<ArtifactDriver>;
  /** An npm package without which it cannot work. */
  readonly needs?: string;
}

const gcsPackage = "@google-cloud/storage";
const azurePackage = "@azure/storage-blob";
const azureIdentity = "@azure/identity";

const drivers: Readonly<Record<string, DriverEntry>> = {
  http: {
    load: async (gate) =>
      (await import("../artifacts/http/create-http-driver.ts")).createHttpDriver("http", false, gate),
  },
  git: {
    load: async (gate) => (await import("../artifacts/git/create-git-driver.ts")).createGitDriver(gate),
  },
  s3: { load: async (gate) => (await import("../artifacts/s3/create-s3-driver.ts")).createS3Driver(gate) },
  gcs: {
    load: async (gate) => {
      const { createGcsDriver } = await import("../artifacts/gcs/create-gcs-driver.ts");
      return createGcsDriver(loadPackage(gcsPackage) as GcsLibrary, gate);
    },
    needs: gcsPackage,
  },
  azure: {
    load: async (gate) => {
      const { createAzureDriver } = await import("../artifacts/azure/create-azure-driver.ts");
      return createAzureDriver(loadPackage(azurePackage) as AzureLibrary, findAzureIdentity, gate);
    },
    needs: azurePackage,
  },
  artifactory: {
    load: async (gate) =>
      (await import("../artifacts/http/create-artifactory-driver.ts")).createArtifactoryDriver(gate),
  },
};

/** The credentials that Microsoft's tools find; their package is needed only where no key is given. */
function findAzureIdentity(): object {
  if (findPackage(azureIdentity) === undefined)
    throw driverMissing("azure", `a key of the account, or the npm package ${azureIdentity}`);
  const { DefaultAzureCredential } = loadPackage(azureIdentity) as {
    readonly DefaultAzureCredential: new () => object;
  };
  return new DefaultAzureCredential();
}

/** MillraceError `artifact/driver-missing` when there is none, or when what it needs is not installed. */
export async function findArtifactDriver(name: string, gate?: NetworkGate): Promise<ArtifactDriver> {
  const entry = findEntry(name);
  const problem = findProblem(name);
  if (problem === undefined && entry !== undefined) return entry.load(gate);
  const { message, hint } = problem ?? describeUnknown(name);
  throw new MillraceError("artifact/driver-missing", "invalid", message, { hint });
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

function findEntry(name: string): DriverEntry | undefined {
  return Object.hasOwn(drivers, name) ? drivers[name] : undefined;
}

function describeUnknown(name: string): Problem {
  return {
    message: `no driver for artifacts in ${name} is installed`,
    hint: `There is none yet. Drivers are there for ${Object.keys(drivers).sort().join(", ")}.`,
  };
}

/** Why artifacts cannot be kept in some storage here; undefined when they can. */
function findProblem(name: string): Problem | undefined {
  const entry = findEntry(name);
  if (entry === undefined) return describeUnknown(name);
  if (entry.needs === undefined || findPackage(entry.needs) !== undefined) return undefined;
  return {
    message: `artifacts in ${name} need the npm package ${entry.needs}, which is not installed`,
    hint: `Run \`npm install ${entry.needs}\` where Millrace is installed (with --global for a global one), or keep the artifact elsewhere.`,
  };
}

/** A run whose artifacts could not be moved never begins. */
export function findMissingDrivers(needed: NonNullable<Compiled["drivers"]>): readonly Diagnostic[] {
  return needed.flatMap(({ driver, ...at }): readonly Diagnostic[] => {
    const problem = findProblem(driver);
    return problem === undefined
      ? []
      : [{ code: "artifact/driver-missing", severity: "error", ...problem, ...at }];
  });
}
