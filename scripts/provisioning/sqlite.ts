/**
 * SQLite itself, as Node brings it. Node 22 warns on stderr that it is experimental: not of interest to whoever starts the
 * service or writes a backup.
 *
 * @see https://nodejs.org/docs/latest-v22.x/api/sqlite.html
 */
const { emitWarning } = process;
process.emitWarning = () => {};
export const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
process.emitWarning = emitWarning;

export type DatabaseSync = InstanceType<typeof DatabaseSync>;
