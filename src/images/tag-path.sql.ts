/** The path of a tag in SQLite's JSON functions, which compare it with the key as JSON escapes it. */
export const toTagPath = (key: string): string => `$.${JSON.stringify(key)}`;
