/** The account that sends the requests. */
export const caller = { uuid: "aaaaaaaa-0000-4000-8000-000000000001", login: "bench" };

/** How many images the caller sees. */
export const visibleImages = 200;

/** The id of the caller's image of this index. */
export const imageOf = (index: number): string => `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`;
