import { manifestColumnNames } from "../../src/db/schema.ts";

/**
 * The triggers that a migration must hold, which Drizzle cannot declare. Those of the history name every column that a
 * revision keeps, so they follow from `src/db/schema.ts`; `scripts/check-schema.ts` compares them with `migrations/`.
 */

const names = manifestColumnNames.map((column) => `\`${column}\``).join(", ");
const newValues = manifestColumnNames.map((column) => `NEW.\`${column}\``).join(", ");
const changedNames = manifestColumnNames
  .map((column) => `iif(NEW.\`${column}\` IS NOT OLD.\`${column}\`, ', ${column}', '')`)
  .join("\n\t\t\t\t|| ");

const now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** Of a row beside its texts: ids, time, fingerprints. An estimate. */
const rowOverheadBytes = 400;

/** SQL for the bytes that a revision counts in `total_bytes`. @param name how the statement names a column */
export const formatRevisionBytes = (name: (column: string) => string): string =>
  [String(rowOverheadBytes), ...manifestColumnNames.map((column) => `coalesce(octet_length(${name(column)}), 0)`)].join(
    " + ",
  );

const newBytes = formatRevisionBytes((column) => `NEW.\`${column}\``);

const newestTotal = "(SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = NEW.`uuid`)";

/** Inserts the row of a revision. `record` has its `write_id` and `write`, NULL where the service did not write it. */
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

/** The service's bound, as this write or else the one before it brought it: provisioning brings none. */
const bound = (name: string, otherwise: number): string =>
  `coalesce(NEW.\`write\` ->> '$.${name}', OLD.\`write\` ->> '$.${name}', ${otherwise})`;

/** Beyond this total a revision is beyond the bound by bytes; NULL where there is none. */
const oldTotal = `${newestTotal} - nullif(${bound("keep_bytes", 1_048_576)}, 0)`;

/** Below this revision one is beyond the bound by revisions; NULL where there is none. */
const oldRevision = `NEW.\`revision\` - nullif(${bound("keep_revisions", 1000)}, 0)`;

/** A retry may still look for a younger row, and a repeated Idempotency-Key for one that has it. */
const [minuteAgo, dayAgo] = [`${now} - 60000`, `${now} - 86400000`];

/**
 * Deletes the oldest revisions beyond either bound. Every write looks at a fixed number of them, whatever was kept before.
 * The bound by bytes goes before an Idempotency-Key, that by revisions does not.
 */
const trim = `
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${rowsOfImage}
		AND \`total_bytes\` <= ${oldTotal} ORDER BY \`total_bytes\` LIMIT 64) AND \`time\` < ${minuteAgo};
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${rowsOfImage}
		AND \`revision\` < ${oldRevision} AND \`request_hash\` IS NULL ORDER BY \`revision\` LIMIT 4) AND \`time\` < ${minuteAgo};
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${rowsOfImage}
		AND \`revision\` < ${oldRevision} AND \`request_hash\` IS NOT NULL ORDER BY \`revision\` LIMIT 4) AND \`time\` < ${dayAgo};`;

/** The image that has waited longest for its revisions to become old enough. */
const waiting = `(SELECT \`image\` FROM \`image_trims\` WHERE \`time\` < ${minuteAgo} ORDER BY \`time\` LIMIT 1)`;

const keepBytes = `nullif(${bound("keep_bytes", 1_048_576)}, 0)`;

/** Revisions of an image beyond the bound by bytes, the oldest first. */
const excess = (image: string): string => `\`image_history\` WHERE \`image\` = ${image}
		AND \`total_bytes\` <= (SELECT max(\`total_bytes\`) FROM \`image_history\` WHERE \`image\` = ${image}) - ${keepBytes}`;

/**
 * An account may write one image after the other, and none of them again: what was too young to be removed is removed by
 * later writes of whichever image, more of them than each adds.
 */
const sweep = `
	INSERT INTO \`image_trims\` (\`image\`, \`time\`) SELECT NEW.\`uuid\`, ${now} WHERE EXISTS (SELECT 1 FROM ${excess("NEW.`uuid`")})
		ON CONFLICT (\`image\`) DO UPDATE SET \`time\` = excluded.\`time\`;
	DELETE FROM \`image_history\` WHERE \`rowid\` IN (SELECT \`rowid\` FROM ${excess(waiting)} ORDER BY \`total_bytes\` LIMIT 4);
	DELETE FROM \`image_trims\` WHERE \`image\` = ${waiting} AND NOT EXISTS (SELECT 1 FROM ${excess("`image_trims`.`image`")});`;

/** A destroyed image is shared with nobody: it would cost every list of those whom it was shared with. */
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
