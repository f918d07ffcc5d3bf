/** Some of the items in their order, the same for the same seed. */
export function sample<Item>(items: readonly Item[], { most, seed }: { most: number; seed: number }): Item[] {
  const keys = items.map((_, at) => hash(seed, at));
  const limit = keys.toSorted((one, other) => one - other)[Math.min(most, items.length) - 1] ?? -1;
  return items.filter((_, at) => (keys[at] ?? 0) <= limit).slice(0, most);
}

/** A number below 2^32 that is spread evenly. Thomas Mueller's integer hash. */
function hash(seed: number, at: number): number {
  let mixed = Math.imul(seed + at * 0x9e3779b9, 0x45d9f3b);
  for (let time = 0; time < 2; time += 1) mixed = Math.imul((mixed >>> 16) ^ mixed, 0x45d9f3b);
  return ((mixed >>> 16) ^ mixed) >>> 0;
}
