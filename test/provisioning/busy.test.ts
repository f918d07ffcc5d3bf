import { expect, test } from "vitest";
import { retryWhileBusy } from "../../scripts/provisioning/sql-database.ts";

test("a load is retried while the database is locked, and for no other reason", async () => {
  const tryOften = async (message: string, failures: number) => {
    let count = 0;
    const call = async () => {
      count += 1;
      if (count <= failures) throw new Error(message);
      return count;
    };
    return await retryWhileBusy(call, 200).catch((error: Error) => [count, error.message]);
  };
  expect(await tryOften("D1_ERROR: database is locked: SQLITE_BUSY", 2)).toBe(3);
  expect(await tryOften("D1_ERROR: no such table: accounts", 1)).toStrictEqual([
    1,
    "D1_ERROR: no such table: accounts",
  ]);
  // Four tries on an idle machine: how many fit into the time is the machine's affair.
  expect(await tryOften("D1_ERROR: database is locked: SQLITE_BUSY", 9)).toStrictEqual([
    expect.toSatisfy((count: number) => count >= 2 && count <= 4),
    "the database has been locked for 0.2 seconds; nothing was changed, try again (D1_ERROR: database is locked: SQLITE_BUSY)",
  ]);
});
