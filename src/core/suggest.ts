// The name that was probably meant.

/**
 * The one of `names` that is nearest to a misspelt word: a third of its letters may be wrong, missing or too many, or it
 * may be the beginning of the name.
 */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let least = Math.ceil(wanted.length / 3) + 1;
  let found = wanted.length > 1 ? names.find((name) => name.toLowerCase().startsWith(wanted)) : undefined;
  for (const name of names) {
    const changes = distance(wanted, name.toLowerCase());
    if (changes < least) [least, found] = [changes, name];
  }
  return found;
}

/** What an error says of a name that is none: the nearest one, or `fix`. */
export function suggestion(value: unknown, names: readonly string[], fix: string): string {
  const name = typeof value === 'string' ? nearest(value, names) : undefined;
  return name === undefined ? fix : `did you mean '${name}'?`;
}

/** Letters to change, add or leave out until one word is the other (Levenshtein, 1965). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(row[j - 1] + 1, above[j] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    above = row;
  }
  return above[b.length];
}
