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

const newBytes = [
  String(rowOverheadBytes),
  ...manifestColumnNames.map((column) => `coalesce(octet_length(NEW.\`${column}\`), 0)`),
].join(" + ");

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

/** The revision of the oldest row within the bound by bytes, found by the index over the totals. */
const oldestWithinBytes = `(SELECT \`revision\` FROM \`image_history\` WHERE \`image\` = NEW.\`uuid\`
			AND \`total_bytes\` > ${newestTotal} - nullif(coalesce(NEW.\`write\` ->> '$.keep_bytes', 1048576), 0)
			ORDER BY \`total_bytes\` LIMIT 1)`;

const oldestWithinRevisions = "NEW.`revision` - nullif(coalesce(NEW.`write` ->> '$.keep_revisions', 1000), 0)";

/**
 * Deletes the revisions beyond either bound, but none younger than a minute, which a retry may still look for. A row with an
 * Idempotency-Key stays for a day beyond the bound by revisions, but not beyond that by bytes.
 */
const trim = `
	DELETE FROM \`image_history\` WHERE \`image\` = NEW.\`uuid\` AND \`revision\` < ${oldestWithinBytes}
		AND \`time\` < ${now} - 60000;
	DELETE FROM \`image_history\` WHERE \`image\` = NEW.\`uuid\` AND \`revision\` < ${oldestWithinRevisions}
		AND \`time\` < ${now} - iif(\`request_hash\` IS NULL, 60000, 86400000);`;

const aclOfNew = "json_each(coalesce(NEW.`acl`, '[]'))";

/** Every trigger, in the order of their names. */
export const triggers: readonly string[] = [
  `CREATE TRIGGER \`image_acl_after_delete\` AFTER DELETE ON \`images\` WHEN OLD.\`acl\` IS NOT NULL BEGIN
	DELETE FROM \`image_acl\` WHERE \`image\` = OLD.\`uuid\`;
END`,
  `CREATE TRIGGER \`image_acl_after_insert\` AFTER INSERT ON \`images\` WHEN NEW.\`acl\` IS NOT NULL BEGIN
	INSERT INTO \`image_acl\` (\`image\`, \`account\`) SELECT DISTINCT NEW.\`uuid\`, \`value\` FROM json_each(NEW.\`acl\`);
END`,
  `CREATE TRIGGER \`image_acl_after_update\` AFTER UPDATE OF \`acl\` ON \`images\` WHEN NEW.\`acl\` IS NOT OLD.\`acl\` BEGIN
	DELETE FROM \`image_acl\` WHERE \`image\` = NEW.\`uuid\` AND \`account\` NOT IN (SELECT \`value\` FROM ${aclOfNew});
	INSERT INTO \`image_acl\` (\`image\`, \`account\`) SELECT DISTINCT NEW.\`uuid\`, \`value\` FROM ${aclOfNew}
		WHERE \`value\` NOT IN (SELECT \`account\` FROM \`image_acl\` WHERE \`image\` = NEW.\`uuid\`);
END`,
  `CREATE TRIGGER \`image_history_after_delete\` AFTER DELETE ON \`images\` BEGIN
	DELETE FROM \`image_history\` WHERE \`image\` = OLD.\`uuid\`;
END`,
  `CREATE TRIGGER \`image_history_after_insert\` AFTER INSERT ON \`images\` BEGIN${insertRevision(
    "NULL",
    "SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`",
  )}
END`,
  `CREATE TRIGGER \`image_history_after_update\` AFTER UPDATE OF \`revision\` ON \`images\` WHEN NEW.\`revision\` IS NOT OLD.\`revision\` BEGIN${insertRevision(
    `substr(${changedNames}, 3)`,
    "SELECT iif(NEW.`write_id` IS NOT OLD.`write_id`, NEW.`write_id`, NULL) AS `write_id`, iif(NEW.`write` IS NOT OLD.`write`, NEW.`write`, NULL) AS `write`",
  )}${trim}
END`,
];
