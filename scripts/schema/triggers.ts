import { manifestColumnNames } from "../../src/db/schema.ts";

/**
 * The triggers of `migrations/`, which Drizzle cannot declare. Those of the history name every column of a revision, so they
 * are made from `src/db/schema.ts`. `scripts/check-schema.ts` compares them with the migrations.
 */

const names = manifestColumnNames.map((column) => `\`${column}\``).join(", ");
const newValues = manifestColumnNames.map((column) => `NEW.\`${column}\``).join(", ");
const changedNames = manifestColumnNames
  .map((column) => `iif(NEW.\`${column}\` IS NOT OLD.\`${column}\`, ', ${column}', '')`)
  .join("\n\t\t\t\t|| ");

const now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** An estimate of a row without its texts: ids, time, fingerprints. */
const rowOverheadBytes = 400;

/** SQL for what a revision adds to `total_bytes`. @param name returns a column as the statement names it */
export const formatRevisionBytes = (name: (column: string) => string): string =>
  [String(rowOverheadBytes), ...manifestColumnNames.map((column) => `coalesce(octet_length(${name(column)}), 0)`)].join(
    " + ",
  );

const newBytes = formatRevisionBytes((column) => `NEW.\`${column}\``);

const newestTotal = "(SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = NEW.`uuid`)";

/** Inserts the row of a revision. `record` is a SELECT of `write_id` and `write`: NULL if the service did not write it. */
const insertRevision = (changed: string, record: string): string => `
	INSERT INTO \`image_history\` (\`image\`, \`revision\`, \`write_id\`, \`request_hash\`, \`attempt_id\`, \`time\`, \`account\`, \`key_sha256\`, \`request_id\`, \`operation\`, \`changed\`, ${names}, \`total_bytes\`)
		SELECT NEW.\`uuid\`, NEW.\`revision\`, coalesce(record.\`write_id\`, lower(hex(randomblob(16)))),
			record.\`write\` ->> '$.request_hash', record.\`write\` ->> '$.attempt_id', ${now},
			record.\`write\` ->> '$.account', record.\`write\` ->> '$.key_sha256', record.\`write\` ->> '$.request_id',
			coalesce(record.\`write\` ->> '$.operation', 'provision'),
			${changed},
			${newValues},
			coalesce(${newestTotal}, 0) + ${newBytes}
		FROM (${record}) AS record;`;

const rowsOfImage = "`image_history` WHERE `image` = NEW.`uuid`";

/** The configured bound, from this write's JSON or the previous one's; provisioning sends none. */
const bound = (name: string, otherwise: number): string =>
  `coalesce(NEW.\`write\` ->> '$.${name}', OLD.\`write\` ->> '$.${name}', ${otherwise})`;

/** A revision with at most this total is over the limit of bytes. NULL if the limit is off. */
const oldTotal = `${newestTotal} - nullif(${bound("keep_bytes", 1_048_576)}, 0)`;

/** A revision below this one is over the limit of revisions. NULL if the limit is off. */
const oldRevision = `NEW.\`revision\` - nullif(${bound("keep_revisions", 1000)}, 0)`;

/** Younger rows must stay: a retry looks for them within a minute, a repeated Idempotency-Key within a day. */
const [minuteAgo, dayAgo] = [`${now} - 60000`, `${now} - 86400000`];

/**
 * Deletes the oldest revisions over either limit. Every write looks at a fixed number of them. The limit of bytes overrides
 * an Idempotency-Key, the limit of revisions does not.
 */
const trim = `
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${rowsOfImage}
		AND \`total_bytes\` <= ${oldTotal} ORDER BY \`total_bytes\` LIMIT 64) AND \`time\` < ${minuteAgo};
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${rowsOfImage}
		AND \`revision\` < ${oldRevision} AND \`request_hash\` IS NULL ORDER BY \`revision\` LIMIT 4) AND \`time\` < ${minuteAgo};
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${rowsOfImage}
		AND \`revision\` < ${oldRevision} AND \`request_hash\` IS NOT NULL ORDER BY \`revision\` LIMIT 4) AND \`time\` < ${dayAgo};`;

/** The image whose revisions have waited longest to become old enough. */
const waiting = `(SELECT \`image\` FROM \`image_trims\` WHERE \`time\` < ${minuteAgo} ORDER BY \`time\` LIMIT 1)`;

const keepBytes = `nullif(${bound("keep_bytes", 1_048_576)}, 0)`;

/** The revisions of an image over the limit of bytes. */
const excess = (image: string): string => `\`image_history\` WHERE \`image\` = ${image}
		AND \`total_bytes\` <= (SELECT max(\`total_bytes\`) FROM \`image_history\` WHERE \`image\` = ${image}) - ${keepBytes}`;

/**
 * An account may write each image only once, with revisions that are too young to delete. So every write deletes some of
 * another image, and more than it adds.
 */
const sweep = `
	INSERT INTO \`image_trims\` (\`image\`, \`time\`) SELECT NEW.\`uuid\`, ${now} WHERE EXISTS (SELECT 1 FROM ${excess("NEW.`uuid`")})
		ON CONFLICT (\`image\`) DO UPDATE SET \`time\` = excluded.\`time\`;
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${excess(waiting)} ORDER BY \`total_bytes\` LIMIT 4);
	DELETE FROM \`image_trims\` WHERE \`image\` = ${waiting} AND NOT EXISTS (SELECT 1 FROM ${excess("`image_trims`.`image`")});`;

/** A destroyed image is shared with nobody: its rows would slow down every list of the accounts in its acl. */
const aclOfNew = "json_each(iif(NEW.`state` = 'destroyed', '[]', coalesce(NEW.`acl`, '[]')))";

/** Every trigger, in the order of their names. */
export const triggers: readonly string[] = [
  `CREATE TRIGGER \`image_acl_after_delete\` AFTER DELETE ON \`images\` WHEN OLD.\`acl\` IS NOT NULL BEGIN
	DELETE FROM \`image_acl\` WHERE \`image\` = OLD.\`uuid\`;
END`,
  `CREATE TRIGGER \`image_acl_after_insert\` AFTER INSERT ON \`images\` WHEN NEW.\`acl\` IS NOT NULL BEGIN
	INSERT INTO \`image_acl\` (\`image\`, \`account\`) SELECT DISTINCT NEW.\`uuid\`, \`value\` FROM ${aclOfNew};
END`,
  `CREATE TRIGGER \`image_acl_after_update\` AFTER UPDATE OF \`acl\`, \`state\` ON \`images\` WHEN NEW.\`acl\` IS NOT OLD.\`acl\`
	OR (NEW.\`state\` = 'destroyed') IS NOT (OLD.\`state\` = 'destroyed') BEGIN
	DELETE FROM \`image_acl\` WHERE \`image\` = NEW.\`uuid\` AND \`account\` NOT IN (SELECT \`value\` FROM ${aclOfNew});
	INSERT INTO \`image_acl\` (\`image\`, \`account\`) SELECT DISTINCT NEW.\`uuid\`, \`value\` FROM ${aclOfNew}
		WHERE \`value\` NOT IN (SELECT \`account\` FROM \`image_acl\` WHERE \`image\` = NEW.\`uuid\`);
END`,
  `CREATE TRIGGER \`image_history_after_delete\` AFTER DELETE ON \`images\` BEGIN
	DELETE FROM \`image_history\` WHERE \`image\` = OLD.\`uuid\`;
	DELETE FROM \`image_trims\` WHERE \`image\` = OLD.\`uuid\`;
END`,
  `CREATE TRIGGER \`image_history_after_insert\` AFTER INSERT ON \`images\` BEGIN${insertRevision(
    "NULL",
    "SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`",
  )}
END`,
  `CREATE TRIGGER \`image_history_after_update\` AFTER UPDATE OF \`revision\` ON \`images\` WHEN NEW.\`revision\` IS NOT OLD.\`revision\` BEGIN${insertRevision(
    `substr(${changedNames}, 3)`,
    "SELECT iif(NEW.`write_id` IS NOT OLD.`write_id`, NEW.`write_id`, NULL) AS `write_id`, iif(NEW.`write` IS NOT OLD.`write`, NEW.`write`, NULL) AS `write`",
  )}${trim}${sweep}
END`,
];
