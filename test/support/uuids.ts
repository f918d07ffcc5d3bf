/** The UUID of this number. */
export const makeUuid = (index: number): string => `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`;
