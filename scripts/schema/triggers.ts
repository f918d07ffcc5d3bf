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

/** Inserts the row of a revision. `record` has its `write_id` and `write`, NULL where the service did not write it. */
const insertRevision = (changed: string, record: string): string => `
	INSERT INTO \`image_history\` (\`image\`, \`revision\`, \`write_id\`, \`request_hash\`, \`attempt_id\`, \`time\`, \`account\`, \`key_sha256\`, \`request_id\`, \`operation\`, \`changed\`, ${names})
		SELECT NEW.\`uuid\`, NEW.\`revision\`, coalesce(record.\`write_id\`, lower(hex(randomblob(16)))),
			record.\`write\` ->> '$.request_hash', record.\`write\` ->> '$.attempt_id', ${now},
			record.\`write\` ->> '$.account', record.\`write\` ->> '$.key_sha256', record.\`write\` ->> '$.request_id',
			coalesce(record.\`write\` ->> '$.operation', 'provision'),
			${changed},
			${newValues}
		FROM (${record}) AS record;`;

const keepRevisions = "coalesce(NEW.`write` ->> '$.keep_revisions', 1000)";

/**
 * Deletes the two oldest revisions beyond `keep_revisions`, but none younger than a minute, which a retry may still look
 * for, and none younger than a day that has an Idempotency-Key.
 */
const trim = `
	DELETE FROM \`image_history\` WHERE NEW.\`revision\` > ${keepRevisions} AND \`image\` = NEW.\`uuid\`
		AND \`revision\` IN (SELECT \`revision\` FROM \`image_history\` WHERE \`image\` = NEW.\`uuid\` ORDER BY \`revision\` LIMIT 2)
		AND \`revision\` < NEW.\`revision\` - ${keepRevisions}
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
