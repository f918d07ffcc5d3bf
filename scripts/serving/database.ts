import { DurableObject } from "cloudflare:workers";

/** What D1's binding asks, under the compatibility flag `d1_binding_jsrpc`. It binds texts, numbers and nulls. */
type Batch = { queries: readonly { sql: string; params?: readonly (string | number | null)[] }[] };

/**
 * The far side of D1's binding under `npm run serve`: the SQLite file that Miniflare's D1 has under `npm start`, without what
 * Miniflare does for its own tools at each call. The class's name is part of the file's.
 *
 * @see https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/
 */
export class D1DatabaseObject extends DurableObject {
  /**
   * Runs statements in this order, as one transaction. The answer leaves when they are on the disk.
   *
   * @throws {Error} SQLite's own; nothing was applied
   */
  query({ queries }: Batch) {
    const { storage } = this.ctx;
    return storage.transactionSync(() => {
      const results = queries.map(({ sql, params = [] }) => {
        const cursor = storage.sql.exec(sql, ...params);
        const data = { kind: "raw", columns: cursor.columnNames, rows: [...cursor.raw()] };
        return { meta: { rows_read: cursor.rowsRead, rows_written: cursor.rowsWritten }, data };
      });
      return { results };
    });
  }
}
