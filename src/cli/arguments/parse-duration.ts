/** Reads durations as people type them: `45s`, `10m`, `2h30m`, `7d`, `1.5h`, `500ms`; a bare number means seconds. */

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds, or undefined for a text that is no duration. */
export function parseDurationMs(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) return undefined;
  let sumMs = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    sumMs += Number(amount) * (unitsMs[unit] ?? 0);
  }
  return sumMs;
}
