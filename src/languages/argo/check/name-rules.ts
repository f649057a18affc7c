/**
 * How names must look (Argo validate.go: workflow field names, parameter and artifact names; 1.12).
 * Every refusal says the rule in Argo's words, because people search for them.
 */
import { isKnown } from "./present.ts";
import { reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";

const FIELD_NAME = /^[a-zA-Z0-9][-a-zA-Z0-9]*$/;
const PARAMETER_NAME = /^[-a-zA-Z0-9_]+$/;
const LONGEST_FIELD_NAME = 128;
const FIELD_RULE =
  "name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric character" +
  " (e.g. My-name1-2, 123-NAME)";
const PARAMETER_RULE =
  "Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' e.g. my_param_1, MY-PARAM-1";

/** What is wrong with the name of a template, step, task or container; undefined when nothing is. */
export function findFieldNameFault(name: string): string | undefined {
  const faults: string[] = [];
  if (name.length > LONGEST_FIELD_NAME) faults.push(`must be no more than ${LONGEST_FIELD_NAME} characters`);
  if (!FIELD_NAME.test(name)) faults.push(FIELD_RULE);
  return faults.length === 0 ? undefined : faults.join(";");
}

/** What is wrong with the name of a parameter or artifact; undefined when nothing is. */
export function findParameterNameFault(name: string): string | undefined {
  if (name === "__proto__") return "this name is reserved";
  return PARAMETER_NAME.test(name) ? undefined : PARAMETER_RULE;
}

/** Checks that the members of a list have names, good ones, and each another. `prefix` comes before `[0].name`. */
export function checkNames(
  checker: Checker,
  site: Site,
  list: readonly { readonly name?: string }[] | undefined,
  prefix: string,
  findFault: (name: string) => string | undefined,
): void {
  if (list === undefined || list.length === 0) return;
  const seen = list.length > 1 ? new Set<string>() : undefined;
  for (let index = 0; index < list.length; index += 1) {
    const name = list[index]?.name;
    if (!isKnown(name)) {
      reportError(checker, "argo/missing-name", site, `${prefix}[${index}].name is required`, [index]);
      continue;
    }
    const fault = findFault(name);
    const below = [index, "name"];
    if (fault !== undefined) {
      reportError(
        checker,
        "argo/bad-name",
        site,
        `${prefix}[${index}].name: '${name}' is invalid: ${fault}`,
        below,
      );
    } else if (seen?.has(name) === true) {
      reportError(
        checker,
        "argo/duplicate-name",
        site,
        `${prefix}[${index}].name '${name}' is not unique`,
        below,
      );
    }
    seen?.add(name);
  }
}
