/**
 * How names must look (Argo validate.go: workflow field names, parameter and artifact names; 1.12).
 * Every refusal says the rule in Argo's words, because people search for them.
 */
import type { DocumentPath } from "../read/types.ts";
import { isKnown } from "./present.ts";
import { reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";

const fieldNamePattern = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;
const parameterNamePattern = /^[-a-zA-Z0-9_]+$/;
const longestFieldName = 128;
/** Looking through so few names takes less than collecting them; nearly all lists are as short. */
const shortList = 8;
const fieldRule =
  "name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric character" +
  " (e.g. My-name1-2, 123-NAME)";
const parameterRule =
  "Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' e.g. my_param_1, MY-PARAM-1";

/** What is wrong with the name of a template, step, task or container; undefined when nothing is. */
export function findFieldNameFault(name: string): string | undefined {
  if (name.length <= longestFieldName && fieldNamePattern.test(name)) return undefined;
  const faults: string[] = [];
  if (name.length > longestFieldName) faults.push(`must be no more than ${longestFieldName} characters`);
  if (!fieldNamePattern.test(name)) faults.push(fieldRule);
  return faults.join(";");
}

/** What is wrong with the name of a parameter or artifact; undefined when nothing is. */
export function findParameterNameFault(name: string): string | undefined {
  if (name === "__proto__") return "this name is reserved";
  return parameterNamePattern.test(name) ? undefined : parameterRule;
}

type NamedList = readonly { readonly name?: string }[];

/**
 * Checks that the members of a list have names, good ones, and each another. The list stands at `below` of the site;
 * `prefix` comes before `[0].name`.
 */
export function checkNames(
  checker: Checker,
  site: Site,
  below: DocumentPath,
  list: NamedList | undefined,
  prefix: string,
  findFault: (name: string) => string | undefined,
): void {
  if (list === undefined) return;
  const seen = list.length > shortList ? new Set<string>() : undefined;
  for (let index = 0; index < list.length; index += 1) {
    const name = list[index]?.name;
    if (!isKnown(name)) {
      const text = `${prefix}[${index}].name is required`;
      reportError(checker, "argo/missing-name", site, text, [...below, index]);
      continue;
    }
    const fault = findFault(name);
    if (fault !== undefined) {
      const text = `${prefix}[${index}].name: '${name}' is invalid: ${fault}`;
      reportError(checker, "argo/bad-name", site, text, [...below, index, "name"]);
    } else if (seen === undefined ? isNamedBefore(list, index, name) : seen.has(name)) {
      const text = `${prefix}[${index}].name '${name}' is not unique`;
      reportError(checker, "argo/duplicate-name", site, text, [...below, index, "name"]);
    }
    seen?.add(name);
  }
}

function isNamedBefore(list: NamedList, end: number, name: string): boolean {
  for (let index = 0; index < end; index += 1) if (list[index]?.name === name) return true;
  return false;
}
