/** How many random cases a property is tried on: a seeded sample in `make test`, fifty times that in `make prove`. */
export const runs = (sample: number): number => (process.env["SQUIGGLY_PROVE"] ? 50 * sample : sample);

/** A few of many cases, chosen by a seed, in `make test`; all of them in `make prove`. */
export function sampled<T>(cases: readonly T[], few: number, seed: number): readonly T[] {
  if (process.env["SQUIGGLY_PROVE"] || few >= cases.length) return cases;
  const kept = new Set<number>();
  for (let state = seed; kept.size < few; ) kept.add((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % cases.length);
  return cases.filter((_, k) => kept.has(k));
}
