import { countEdits } from "../../src/text.ts";

/** Returns `; did you mean "keys"?` if a known name differs by at most two letters, otherwise nothing. */
export function nameNearest(sent: string, known: ReadonlySet<string>): string {
  if (sent.length > 32) return "";
  const distances = [...known].map((name) => ({ name, distance: countEdits(sent.toLowerCase(), name.toLowerCase()) }));
  const [nearest] = distances.toSorted((one, other) => one.distance - other.distance);
  return nearest && nearest.distance <= 2 ? `; did you mean "${nearest.name}"?` : "";
}
