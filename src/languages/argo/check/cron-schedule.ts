/**
 * The syntax of cron lines as robfig/cron's standard parser reads them (Argo cron workflows): five fields,
 * descriptors such as `@hourly` and `@every 5m`, and a leading `CRON_TZ=ZONE`. No seconds.
 * The faults are told in robfig's words.
 */
import { isGoDuration } from "./durations.ts";

interface FieldRule {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const FIELDS: readonly FieldRule[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: " jan feb mar apr may jun jul aug sep oct nov dec".split(" ") },
  { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") },
];

const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/** What is wrong with a cron line; undefined when nothing is. */
export function findCronFault(line: string): string | undefined {
  if (line === "") return "empty spec string";
  const zone = /^(?:CRON_)?TZ=(\S*)\s*/.exec(line);
  if (zone !== null && !isTimeZone(zone[1] ?? "")) {
    return `provided bad location ${zone[1] ?? ""}: unknown time zone ${zone[1] ?? ""}`;
  }
  const rest = zone === null ? line : line.slice(zone[0].length).trim();
  if (rest.startsWith("@")) return findDescriptorFault(rest);
  const fields = rest.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  for (const [index, field] of fields.entries()) {
    const rule = FIELDS[index];
    const fault = rule === undefined ? undefined : findFieldFault(field, rule);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findDescriptorFault(text: string): string | undefined {
  if (DESCRIPTORS.includes(text)) return undefined;
  if (!text.startsWith("@every ")) return `unrecognized descriptor: ${text}`;
  const duration = text.slice("@every ".length);
  return isGoDuration(duration)
    ? undefined
    : `failed to parse duration ${text}: time: invalid duration "${duration}"`;
}

function findFieldFault(field: string, rule: FieldRule): string | undefined {
  for (const part of field.split(",").filter((piece) => piece !== "")) {
    const fault = findRangeFault(part, rule);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findRangeFault(part: string, rule: FieldRule): string | undefined {
  const [range = "", step, ...moreSteps] = part.split("/");
  if (moreSteps.length > 0) return `too many slashes: ${part}`;
  const [low = "", high, ...moreEnds] = range.split("-");
  const any = low === "*" || low === "?";
  if (moreEnds.length > 0) return `too many hyphens: ${part}`;
  const start = any ? rule.min : parseValue(low, rule);
  const single = high === undefined ? start : parseValue(high, rule);
  const end = any || (high === undefined && step !== undefined) ? rule.max : single;
  for (const value of [start, end]) if (typeof value === "string") return value;
  if (step !== undefined && !/^\d+$/.test(step)) return badNumber(step);
  if (Number(start) < rule.min) return `beginning of range (${start}) below minimum (${rule.min}): ${part}`;
  if (Number(end) > rule.max) return `end of range (${end}) above maximum (${rule.max}): ${part}`;
  if (Number(start) > Number(end))
    return `beginning of range (${start}) beyond end of range (${end}): ${part}`;
  return step !== undefined && Number(step) === 0
    ? `step of range should be a positive number: ${part}`
    : undefined;
}

/** A number or a name of the field; a text is the fault. */
function parseValue(text: string, rule: FieldRule): number | string {
  const named = text === "" ? -1 : rule.names.indexOf(text.toLowerCase());
  if (named !== -1) return named;
  return /^\d+$/.test(text) ? Number(text) : badNumber(text);
}

function badNumber(text: string): string {
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}

/** True when the IANA data knows the zone. */
export function isTimeZone(zone: string): boolean {
  if (zone === "" || zone === "UTC" || zone === "Local") return true;
  if (/^[-+]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false; // RangeError is how Intl says that it does not know the zone.
  }
}
