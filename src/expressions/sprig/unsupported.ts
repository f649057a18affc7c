/**
 * sprig's functions that make keys and certificates, or ask the network.
 * They are known by name, so that a document that uses one hears why it fails.
 */
import { EvalError } from "../context.ts";
import { variadic } from "./sprig-function.ts";
import type { SprigEntries } from "./sprig-function.ts";

const cryptography = [
  "bcrypt",
  "htpasswd",
  "genPrivateKey",
  "derivePassword",
  "buildCustomCert",
  "genCA",
  "genCAWithKey",
  "genSelfSignedCert",
  "genSelfSignedCertWithKey",
  "genSignedCert",
  "genSignedCertWithKey",
  "encryptAES",
  "decryptAES",
];

function refuse(name: string, reason: string): never {
  throw new EvalError("expression/not-supported", `sprig.${name} is not supported: ${reason}`);
}

export const unsupportedFunctions: SprigEntries = [
  ...cryptography.map(
    (name) =>
      [
        name,
        variadic(0, () => refuse(name, "keys, certificates and passwords are not made in expressions")),
      ] as const,
  ),
  ["getHostByName", variadic(0, () => refuse("getHostByName", "expressions do not reach the network"))],
];
