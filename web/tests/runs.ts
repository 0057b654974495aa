/** How many random cases a property is tried on: a seeded sample in `make test`, fifty times that in `make prove`. */
export const runs = (sample: number): number => (process.env["SQUIGGLY_PROVE"] ? 50 * sample : sample);
