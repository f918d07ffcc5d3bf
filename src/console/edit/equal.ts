/** Whether two JSON values are the same; the order of an object's keys does not count, and absent is null. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === undefined || one === null || other === undefined || other === null)
    return (one ?? null) === (other ?? null);
  if (typeof one !== "object" || typeof other !== "object" || Array.isArray(one) !== Array.isArray(other)) return false;
  const [ones, others] = [Object.entries(one), new Map(Object.entries(other))];
  return (
    ones.length === others.size && ones.every(([key, value]) => others.has(key) && isEqual(value, others.get(key)))
  );
}
