import { hasName, keyedRecordMs, manifestColumnNames } from "../../src/tables.ts";

/**
 * The triggers and the view of `migrations/`, which Drizzle cannot declare. They name every column of a revision, so they are
 * made from `src/db/schema.ts`. `scripts/check-schema.ts` compares them with the migrations.
 */

const names = manifestColumnNames.map((column) => `\`${column}\``).join(", ");
const isChanged = (column: string): string => `NEW.\`${column}\` IS NOT OLD.\`${column}\``;
const changedNames = manifestColumnNames
  .map((column) => `iif(${isChanged(column)}, ', ${column}', '')`)
  .join("\n\t\t\t\t|| ");
const earlierValues = manifestColumnNames
  .map((column) => `iif(${isChanged(column)}, OLD.\`${column}\`, NULL)`)
  .join(",\n\t\t\t");

const now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** What a row of `image_revisions` takes without the values before it and the scope: ids, time, fingerprints, indexes. */
export const revisionOverheadBytes = 700;

/** What a record in `account_writes` takes, with its index. */
export const recordBytes = 500;

const earlierBytes = manifestColumnNames
  .map((column) => `iif(${isChanged(column)}, coalesce(octet_length(OLD.\`${column}\`), 0), 0)`)
  .join("\n\t\t\t\t+ ");

const rowsOf = (image: string): string => `\`image_revisions\` WHERE \`image\` = ${image}`;

const newestTotal = (image: string): string =>
  `(SELECT \`total_bytes\` FROM ${rowsOf(image)} ORDER BY \`revision\` DESC LIMIT 1)`;

const oldestTotal = (image: string): string =>
  `(SELECT \`total_bytes\` FROM ${rowsOf(image)} ORDER BY \`revision\` LIMIT 1)`;

const recordColumns =
  "`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `key_scope`, `operation`, `changed`";

/** The newest place in an account's feed of changes. */
export const newestPlace = (account: string): string =>
  `coalesce((SELECT \`newest\` FROM \`account_history\` WHERE \`account\` = ${account}), 0)`;

const nextPlace = (account: string): string => `${newestPlace(account)} + 1`;

/** An image that moves to another owner is in the feed of the one before, too. */
const leftFeed = `
			iif(NEW.\`owner\` IS NOT OLD.\`owner\`, OLD.\`owner\`, NULL), iif(NEW.\`owner\` IS NOT OLD.\`owner\`, ${nextPlace("OLD.`owner`")}, NULL),`;

/** Inserts the row of a revision. `record` is a SELECT of `write_id` and `write`: NULL if the service did not write it. */
const insertRevision = ({
  changed,
  bytes,
  record,
  earlier,
  left,
}: Record<"changed" | "bytes" | "record" | "earlier" | "left", string>) => `
	INSERT INTO \`image_revisions\` (${recordColumns}, \`feed\`, \`sequence\`${left && ", `left_feed`, `left_sequence`"}, \`holder\`, \`bytes\`, \`total_bytes\`${earlier && `, ${names}`})
		SELECT NEW.\`uuid\`, NEW.\`revision\`, coalesce(record.\`write_id\`, lower(hex(randomblob(16)))),
			record.\`write\` ->> '$.request_hash', record.\`write\` ->> '$.attempt_id', ${now},
			record.\`write\` ->> '$.account', record.\`write\` ->> '$.key_sha256', record.\`write\` ->> '$.request_id', record.\`write\` ->> '$.key_scope',
			coalesce(record.\`write\` ->> '$.operation', 'provision'),
			record.\`changed\`, NEW.\`owner\`, ${nextPlace("NEW.`owner`")},${left} iif(record.\`write\` ->> '$.operation' IS NULL, NULL, NEW.\`owner\`), record.\`bytes\`, coalesce(${newestTotal("NEW.`uuid`")}, 0) + record.\`bytes\`${earlier && `,\n\t\t\t${earlier}`}
		FROM (SELECT ${record},
			${changed} AS \`changed\`,
			${revisionOverheadBytes} + coalesce(octet_length(NEW.\`write\` ->> '$.key_scope'), 0)${bytes && `\n\t\t\t\t+ ${bytes}`} AS \`bytes\`) AS record;`;

/** The configured bound, from this write's JSON or the previous one's; provisioning sends none. */
const bound = (name: string, otherwise: number): string =>
  `coalesce(NEW.\`write\` ->> '$.${name}', OLD.\`write\` ->> '$.${name}', ${otherwise})`;

/** A revision with at most this total is over the limit of bytes. NULL if the limit is off. */
const oldTotal = (image: string): string => `${newestTotal(image)} - nullif(${bound("keep_bytes", 1_048_576)}, 0)`;

/** A revision up to this one is over the limit of revisions. NULL if the limit is off. */
const oldRevision = `NEW.\`revision\` - nullif(${bound("keep_revisions", 1000)}, 0)`;

/** Younger rows must stay: a retry looks for them within a minute. */
const minuteAgo = `${now} - 60000`;

/**
 * Deletes revisions of an image over a limit: of the `most` oldest, those that are not younger than a minute. What is older
 * than one of these goes too, whatever its time: the clock may have been set back, and a revision without all later ones
 * cannot be read.
 *
 * @param newest the newest revision that may be over the limit. NULL if none is: no row is read
 */
const trim = (image: string, most: number, { newest, excess }: { newest: string; excess: string }): string => `
	DELETE FROM ${rowsOf(image)} AND \`revision\` <= (SELECT max(\`revision\`) FROM
		(SELECT \`revision\`, \`total_bytes\`, \`time\` FROM ${rowsOf(image)} AND \`revision\` <= ${newest} ORDER BY \`revision\` LIMIT ${most})
		WHERE ${excess} AND \`time\` < ${minuteAgo});`;

/** Whether an image has too many bytes of history: its oldest revision is over the limit. */
const hasExcess = (image: string): string => `${oldestTotal(image)} <= ${oldTotal(image)}`;

const trimBytes = (image: string, most: number): string =>
  trim(image, most, {
    newest: `iif(${hasExcess(image)}, 1e15, NULL)`,
    excess: `\`total_bytes\` <= ${oldTotal(image)}`,
  });

/** Every write looks at a fixed number of the oldest revisions of its image. */
const trims = `${trimBytes("NEW.`uuid`", 64)}${trim("NEW.`uuid`", 4, { newest: oldRevision, excess: "true" })}`;

/** The image whose revisions have waited longest to become old enough. */
const waiting = `(SELECT \`image\` FROM \`image_trims\` WHERE \`time\` < ${minuteAgo} ORDER BY \`time\` LIMIT 1)`;

/**
 * An account may write each image only once, with revisions that are too young to delete. So every write deletes some of
 * another image, and more than it adds.
 */
const sweep = `
	INSERT INTO \`image_trims\` (\`image\`, \`time\`) SELECT NEW.\`uuid\`, ${now} WHERE ${hasExcess("NEW.`uuid`")}
		ON CONFLICT (\`image\`) DO UPDATE SET \`time\` = excluded.\`time\`;${trimBytes(waiting, 4)}
	DELETE FROM \`image_trims\` WHERE \`image\` = ${waiting} AND NOT coalesce(${hasExcess("`image_trims`.`image`")}, 0);`;

type Place = { newest?: string; removed?: string };

/** Adds to the bytes of an account's history, and notes the newest, and the highest removed, place in its feed. */
const count = (account: string, bytes: string | number, { newest = "0", removed = "0" }: Place = {}): string => `
	INSERT INTO \`account_history\` (\`account\`, \`bytes\`, \`newest\`, \`removed\`) SELECT ${account}, ${bytes}, ${newest}, ${removed} WHERE ${account} IS NOT NULL
		ON CONFLICT (\`account\`) DO UPDATE SET \`bytes\` = \`bytes\` + excluded.\`bytes\`,
			\`newest\` = max(\`newest\`, excluded.\`newest\`), \`removed\` = max(\`removed\`, excluded.\`removed\`);`;

/** Records a write with an Idempotency-Key for a day. Each record deletes two old ones of the account, so few remain. */
const record = `
	INSERT INTO \`account_writes\` (\`write_id\`, \`account\`, \`time\`, \`request_hash\`, \`attempt_id\`, \`image\`, \`revision\`, \`changed\`)
		SELECT NEW.\`write_id\`, NEW.\`holder\`, NEW.\`time\` + ${keyedRecordMs}, NEW.\`request_hash\`, NEW.\`attempt_id\`, NEW.\`image\`, NEW.\`revision\`, coalesce(NEW.\`changed\`, '')
		WHERE NEW.\`request_hash\` IS NOT NULL AND NEW.\`time\` >= ${now} - 86400000
		ON CONFLICT (\`write_id\`) DO NOTHING;`;

const trimRecords = `
	DELETE FROM \`account_writes\` WHERE \`write_id\` IN (SELECT \`write_id\` FROM \`account_writes\`
		WHERE \`account\` = NEW.\`account\` AND \`time\` < ${minuteAgo} ORDER BY \`time\` LIMIT 2);`;

/** The value of a column as a revision left it: that before the next revision that changed it, else the image's. */
const valueAt = (
  column: string,
): string => `(SELECT * FROM (SELECT later.\`${column}\` FROM \`image_revisions\` AS later
		WHERE later.\`image\` = kept.\`image\` AND later.\`revision\` > kept.\`revision\` AND ${hasName("later.`changed`", column)}
		ORDER BY later.\`revision\` LIMIT 1) UNION ALL SELECT \`${column}\` FROM \`images\` WHERE \`uuid\` = kept.\`image\` LIMIT 1) AS \`${column}\``;

/** Every view. */
export const views: readonly string[] = [
  `CREATE VIEW \`image_history\` AS SELECT ${recordColumns}, \`total_bytes\`,
	${manifestColumnNames.map(valueAt).join(",\n\t")}
FROM \`image_revisions\` AS kept`,
];

/** A destroyed image is shared with nobody: its rows would slow down every list of the accounts in its acl. */
const aclOfNew = "json_each(iif(NEW.`state` = 'destroyed', '[]', coalesce(NEW.`acl`, '[]')))";

/** Keeps a name and a key in one of the two tables of keys. An INSERT of the service has no effect; one of provisioning fails. */
const keepApart = (
  table: string,
  other: string,
): string => `CREATE TRIGGER \`${table}_before_insert\` BEFORE INSERT ON \`${table}\` WHEN EXISTS (SELECT 1 FROM \`${other}\` AS other
	WHERE other.\`account\` = NEW.\`account\` AND (other.\`name\` = NEW.\`name\` OR other.\`fingerprint\` = NEW.\`fingerprint\` OR other.\`fingerprintSha256\` = NEW.\`fingerprintSha256\`)) BEGIN
	SELECT CASE WHEN NEW.\`write_id\` IS NULL THEN RAISE(ABORT, 'a key of this name, or the same key, is in ${other}') ELSE RAISE(IGNORE) END;
END`;

/** Every trigger, in the order of their names. */
export const triggers: readonly string[] = [
  `CREATE TRIGGER \`account_writes_after_delete\` AFTER DELETE ON \`account_writes\` BEGIN${count("OLD.`account`", -recordBytes)}
END`,
  `CREATE TRIGGER \`account_writes_after_insert\` AFTER INSERT ON \`account_writes\` BEGIN${count("NEW.`account`", recordBytes)}${trimRecords}
END`,
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
	DELETE FROM \`image_revisions\` WHERE \`image\` = OLD.\`uuid\`;
	DELETE FROM \`image_trims\` WHERE \`image\` = OLD.\`uuid\`;
END`,
  `CREATE TRIGGER \`image_history_after_insert\` AFTER INSERT ON \`images\` BEGIN${insertRevision({
    changed: "NULL",
    bytes: "",
    record: "NEW.`write_id` AS `write_id`, NEW.`write` AS `write`",
    earlier: "",
    left: "",
  })}
END`,
  `CREATE TRIGGER \`image_history_after_update\` AFTER UPDATE OF \`revision\` ON \`images\` WHEN NEW.\`revision\` IS NOT OLD.\`revision\` BEGIN${insertRevision(
    {
      // A write that returns its image says itself what changes.
      changed: `coalesce(iif(NEW.\`write\` IS NOT OLD.\`write\`, NEW.\`write\` ->> '$.changed', NULL), substr(${changedNames}, 3))`,
      bytes: earlierBytes,
      record:
        "iif(NEW.`write_id` IS NOT OLD.`write_id`, NEW.`write_id`, NULL) AS `write_id`, iif(NEW.`write` IS NOT OLD.`write`, NEW.`write`, NULL) AS `write`",
      earlier: earlierValues,
      left: leftFeed,
    },
  )}${trims}${sweep}
END`,
  `CREATE TRIGGER \`image_revisions_after_delete\` AFTER DELETE ON \`image_revisions\` BEGIN${count("coalesce(OLD.`feed`, OLD.`holder`)", "iif(OLD.`holder` IS NULL, 0, -OLD.`bytes`)", { removed: "coalesce(OLD.`sequence`, 0)" })}${count("OLD.`left_feed`", 0, { removed: "OLD.`left_sequence`" })}
END`,
  `CREATE TRIGGER \`image_revisions_after_insert\` AFTER INSERT ON \`image_revisions\` BEGIN${count("NEW.`feed`", "iif(NEW.`holder` IS NULL, 0, NEW.`bytes`)", { newest: "NEW.`sequence`" })}${count("NEW.`left_feed`", 0, { newest: "NEW.`left_sequence`" })}${record}
END`,
  keepApart("keys", "limited_keys"),
  keepApart("limited_keys", "keys"),
];
