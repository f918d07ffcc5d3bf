import { createHash } from "node:crypto";
import { formatEnd, type KeyLimits } from "../../src/scope.ts";
import { manifestColumnNames, updatableAccountFields } from "../../src/tables.ts";
import type { RebuiltRevision } from "./history-differences.ts";
import { fileOf, jsonColumns } from "./manifest.ts";
import { isOtherJson } from "./sql-database.ts";
import { DatabaseSync } from "./sqlite.ts";

type Row = Readonly<Record<string, unknown>>;

type StoredKey = KeyLimits & { name: string; key: string };

const flags: readonly string[] = ["triton_cns_enabled", "operator", "disabled"];
const accountFields = [
  "uuid",
  "login",
  ...updatableAccountFields,
  "operator",
  "disabled",
  "created",
  "updated",
] as const;

/** Reads columns of the manifest from the JSON of an entry. */
const listManifest = (json: string): string =>
  manifestColumnNames.map((name) => `${json} ${jsonColumns.includes(name) ? "->" : "->>"} '$.${name}'`).join();

const listFields = (json: string, names: readonly string[]): string =>
  names.map((name) => `${json} ->> '$.${name}'`).join();

const revisionFields = [
  "revision",
  "time",
  "operation",
  "account",
  "keySha256",
  "requestId",
  "keyScope",
  "writeId",
] as const;
const requestFields = ["requestHash", "attemptId"] as const;

/** Reads the rows of an entry: an account and its keys, or an image and its revisions. */
const readings = {
  accounts: [
    `SELECT ${accountFields.map((name) => (flags.includes(name) ? `coalesce(?1 ->> '$.${name}', 0)` : `?1 ->> '$.${name}'`)).join()}`,
    "SELECT value ->> '$.name', value ->> '$.key', value ->> '$.scope', value ->> '$.expires' FROM json_each(?1, '$.keys')",
  ],
  images: [
    `SELECT ?1 ->> '$.uuid', ${listManifest("?1")}`,
    `SELECT ${listFields("value", [...revisionFields, ...requestFields])}, value -> '$.changed', ${listManifest("(value -> '$.image')")}, ${listManifest("(value -> '$.before')")}
FROM json_each(?1, '$.history')`,
  ],
};

const selectIsSame = `SELECT NOT ${isOtherJson("?1", "?2")}`;

/**
 * Proves that a backup holds what was in the database. Rows are noted as they are read; then the text of the backup is read
 * back with SQLite's JSON functions, because a fault of Node's JSON would not show to Node. Keeps a digest of each entry.
 */
export class Proof {
  readonly #digests: string[] = [];
  readonly #same = prepare(selectIsSame);
  readonly #readings = { accounts: readings.accounts.map(prepare), images: readings.images.map(prepare) };
  #section: keyof typeof readings = "accounts";
  #rest = "";
  #entry: string[] = [];
  #proved = 0;

  noteAccount(account: Row, keys: readonly StoredKey[]): void {
    const own = accountFields.map((name) => (flags.includes(name) ? Number(account[name]) : account[name]));
    this.#digests.push(
      digest([
        own,
        ...keys.map(({ name, key, scope, expires }) => [
          name,
          key,
          scope,
          expires === null ? null : formatEnd(expires),
        ]),
      ]),
    );
  }

  noteImage(image: Row, history: readonly RebuiltRevision[]): void {
    const revisions = history.map(({ row, image: left, before = {} }) => [
      ...[row.revision, new Date(row.time).toISOString(), row.operation, row.account, row.key_sha256, row.request_id],
      ...[row.key_scope, row.write_id, row.request_hash, row.attempt_id],
      row.changed === null ? null : JSON.stringify(row.changed.split(", ").filter(Boolean)),
      ...this.#noteManifest(left),
      ...this.#noteManifest(before),
    ]);
    this.#digests.push(digest([[image["uuid"], ...this.#noteManifest(image)], ...revisions]));
  }

  #noteManifest = (row: Row): unknown[] =>
    manifestColumnNames.map((name) => {
      const stored = row[name] ?? null;
      if (name === "public") return stored === null ? null : Number(stored);
      if (typeof stored !== "string" || !jsonColumns.includes(name)) return stored;
      const value = JSON.parse(stored);
      // As the export writes it.
      const written = JSON.stringify(name === "files" ? value.map(fileOf) : value);
      if (written !== stored && name !== "files" && this.#same.get(stored, written)?.[0] !== 1)
        throw new Error(refuse(`Node ${process.versions.node} reads the JSON of a row otherwise`));
      return written;
    });

  /** Reads back a piece of the backup, in order. @throws {Error} an entry is not what was noted */
  read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith('  "images"')) this.#section = "images";
      // Entries are indented by four, what is in them by more.
      if (line.startsWith("    ")) this.#entry.push(line);
      if (/^ {4}\},?$/.test(line)) this.#prove(this.#entry.splice(0).join("\n").replace(/,$/, ""));
    }
  }

  #prove(entry: string): void {
    const rows = this.#readings[this.#section].flatMap((reading) => reading.all(entry));
    if (digest(rows) !== this.#digests[this.#proved])
      throw new Error(refuse(`entry ${this.#proved + 1} (${rows[0]?.[0]})`));
    this.#proved += 1;
  }

  /** @throws {Error} the backup lacks entries */
  end(): void {
    if (this.#proved !== this.#digests.length)
      throw new Error(refuse(`it has ${this.#proved} of ${this.#digests.length} entries`));
  }
}

const refuse = (what: string): string => `the export is not what the database holds, do not use it: ${what}`;

function prepare(sql: string) {
  const statement = new DatabaseSync(":memory:").prepare(sql);
  statement.setReturnArrays(true);
  return statement as unknown as {
    all: (...values: string[]) => unknown[][];
    get: (...values: string[]) => unknown[] | undefined;
  };
}

const digest = (rows: readonly unknown[]): string => createHash("sha1").update(JSON.stringify(rows)).digest("base64");
