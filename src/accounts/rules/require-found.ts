import { CloudApiError, show } from "../../errors.ts";

/** What a path names. @param asked its name in the path @throws {CloudApiError} ResourceNotFound: it does not exist */
export function requireFound<Row>(row: Row | null, asked: string): Row {
  if (row === null) throw new CloudApiError("ResourceNotFound", `${show(asked)} does not exist`);
  return row;
}
