/** Amounts of resources (Kubernetes, resource.Quantity): a number with a suffix, such as `500m`, `64Mi` or `1e3`. */

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The amount as a number; undefined for a text that is none, or that is known only while the run goes on. */
export function readQuantity(text: string): number | undefined {
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/u.exec(text.trim());
  if (parts === null) return undefined;
  const [, number = "", suffix = ""] = parts;
  return Number(number) * (factors[suffix] ?? 1);
}
