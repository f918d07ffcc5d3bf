/** Returns `; did you mean "keys"?` if a known name differs by at most two letters, otherwise nothing. */
export function nameNearest(sent: string, known: ReadonlySet<string>): string {
  if (sent.length > 32) return "";
  const distances = [...known].map((name) => ({ name, distance: countEdits(sent.toLowerCase(), name.toLowerCase()) }));
  const [nearest] = distances.toSorted((one, other) => one.distance - other.distance);
  return nearest && nearest.distance <= 2 ? `; did you mean "${nearest.name}"?` : "";
}

/** Levenshtein's distance: the letters to insert, remove or replace. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [at, other] of [...to].entries()) {
      const replaced = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
