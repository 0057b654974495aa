/** The known name most like what was typed: the measure of Python's `difflib`, so that both give the same hint. */

const CUTOFF = 0.6; // of the letters that two words share, in order

/** The known name most like `name`, if any is close enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | null {
  const lowered = new Map(known.map((k) => [k.toLowerCase(), k]));
  const wanted = [...name.toLowerCase()];
  let best: readonly [number, string] = [0, ""];
  for (const word of lowered.keys()) {
    const like = likeness([...word], wanted);
    if (like >= CUTOFF && (like > best[0] || (like === best[0] && word > best[1]))) best = [like, word];
  }
  return lowered.get(best[1]) ?? null;
}

/** Twice the letters in common over the letters in all: 1 for the same word, 0 for nothing in common. */
function likeness(a: readonly string[], b: readonly string[]): number {
  return (2 * common(a, b)) / (a.length + b.length);
}

/** The letters in the longest common run, and in the longest ones left and right of it. */
function common(a: readonly string[], b: readonly string[]): number {
  const [i, j, length] = longestRun(a, b);
  if (!length) return 0;
  return length + common(a.slice(0, i), b.slice(0, j)) + common(a.slice(i + length), b.slice(j + length));
}

/** Where the longest common run begins in a and in b, and its length; of equally long ones the first in a, then in b. */
function longestRun(a: readonly string[], b: readonly string[]): readonly [number, number, number] {
  let best: readonly [number, number, number] = [0, 0, 0];
  let before: number[] = []; // length of the common run that ends at each place of b
  for (let i = 0; i < a.length; i++) {
    const now: number[] = [];
    for (let j = 0; j < b.length; j++) {
      now[j] = a[i] === b[j] ? (before[j - 1] ?? 0) + 1 : 0;
      if (now[j] > best[2]) best = [i - now[j] + 1, j - now[j] + 1, now[j]];
    }
    before = now;
  }
  return best;
}
