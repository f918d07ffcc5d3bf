const maxCauses = 5;

/** An error and the causes behind it, the outermost first, for the log. */
export function listCauses(error: unknown): string {
  const causes: string[] = [];
  for (let at = error; at !== undefined && causes.length < maxCauses; ) {
    if (!(at instanceof Error)) return [...causes, typeof at].join(" < ");
    causes.push(`${at.name}: ${at.message}`);
    at = at.cause;
  }
  return causes.join(" < ");
}
