-- Keys that can do less than their account, in a table that a Worker of the version before does not read.
CREATE TABLE `limited_keys` (
	`account` text NOT NULL,
	`name` text NOT NULL,
	`fingerprint` text NOT NULL,
	`fingerprintSha256` text NOT NULL,
	`key` text NOT NULL,
	`write_id` text,
	`scope` text,
	`expires` integer,
	PRIMARY KEY(`account`, `name`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`uuid`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "limited_keys_limits" CHECK("limited_keys"."scope" IS NOT NULL OR "limited_keys"."expires" IS NOT NULL)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `limited_keys_fingerprint` ON `limited_keys` (`account`,`fingerprint`);
--> statement-breakpoint
CREATE UNIQUE INDEX `limited_keys_fingerprint_sha256` ON `limited_keys` (`account`,`fingerprintSha256`);
--> statement-breakpoint
ALTER TABLE `image_revisions` ADD `key_scope` text;
--> statement-breakpoint
DROP VIEW `image_history`;
--> statement-breakpoint
CREATE VIEW `image_history` AS SELECT `image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `key_scope`, `operation`, `changed`, `total_bytes`,
	(SELECT * FROM (SELECT later.`name` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', name,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `name` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `name`,
	(SELECT * FROM (SELECT later.`version` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', version,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `version` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `version`,
	(SELECT * FROM (SELECT later.`description` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', description,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `description` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `description`,
	(SELECT * FROM (SELECT later.`homepage` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', homepage,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `homepage` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `homepage`,
	(SELECT * FROM (SELECT later.`eula` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', eula,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `eula` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `eula`,
	(SELECT * FROM (SELECT later.`acl` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', acl,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `acl` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `acl`,
	(SELECT * FROM (SELECT later.`tags` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', tags,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `tags` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `tags`,
	(SELECT * FROM (SELECT later.`os` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', os,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `os` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `os`,
	(SELECT * FROM (SELECT later.`type` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', type,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `type` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `type`,
	(SELECT * FROM (SELECT later.`requirements` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', requirements,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `requirements` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `requirements`,
	(SELECT * FROM (SELECT later.`image_size` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', image_size,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `image_size` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `image_size`,
	(SELECT * FROM (SELECT later.`files` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', files,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `files` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `files`,
	(SELECT * FROM (SELECT later.`published_at` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', published_at,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `published_at` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `published_at`,
	(SELECT * FROM (SELECT later.`owner` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', owner,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `owner` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `owner`,
	(SELECT * FROM (SELECT later.`public` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', public,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `public` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `public`,
	(SELECT * FROM (SELECT later.`state` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', state,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `state` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `state`,
	(SELECT * FROM (SELECT later.`origin` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', origin,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `origin` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `origin`,
	(SELECT * FROM (SELECT later.`error` FROM `image_revisions` AS later
		WHERE later.`image` = kept.`image` AND later.`revision` > kept.`revision` AND instr(', ' || later.`changed` || ',', ', error,') > 0
		ORDER BY later.`revision` LIMIT 1) UNION ALL SELECT `error` FROM `images` WHERE `uuid` = kept.`image` LIMIT 1) AS `error`
FROM `image_revisions` AS kept;
--> statement-breakpoint
DROP TRIGGER `image_history_after_insert`;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_insert` AFTER INSERT ON `images` BEGIN
	INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `key_scope`, `operation`, `changed`, `feed`, `sequence`, `holder`, `bytes`, `total_bytes`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id', record.`write` ->> '$.key_scope',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			record.`changed`, NEW.`owner`, coalesce((SELECT `newest` FROM `account_history` WHERE `account` = NEW.`owner`), 0) + 1, iif(record.`write` ->> '$.operation' IS NULL, NULL, NEW.`owner`), record.`bytes`, coalesce((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1), 0) + record.`bytes`
		FROM (SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`,
			NULL AS `changed`,
			700 + coalesce(octet_length(NEW.`write` ->> '$.key_scope'), 0) AS `bytes`) AS record;
END;
--> statement-breakpoint
DROP TRIGGER `image_history_after_update`;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_update` AFTER UPDATE OF `revision` ON `images` WHEN NEW.`revision` IS NOT OLD.`revision` BEGIN
	INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `key_scope`, `operation`, `changed`, `feed`, `sequence`, `left_feed`, `left_sequence`, `holder`, `bytes`, `total_bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id', record.`write` ->> '$.key_scope',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			record.`changed`, NEW.`owner`, coalesce((SELECT `newest` FROM `account_history` WHERE `account` = NEW.`owner`), 0) + 1,
			iif(NEW.`owner` IS NOT OLD.`owner`, OLD.`owner`, NULL), iif(NEW.`owner` IS NOT OLD.`owner`, coalesce((SELECT `newest` FROM `account_history` WHERE `account` = OLD.`owner`), 0) + 1, NULL), iif(record.`write` ->> '$.operation' IS NULL, NULL, NEW.`owner`), record.`bytes`, coalesce((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1), 0) + record.`bytes`,
			iif(NEW.`name` IS NOT OLD.`name`, OLD.`name`, NULL),
			iif(NEW.`version` IS NOT OLD.`version`, OLD.`version`, NULL),
			iif(NEW.`description` IS NOT OLD.`description`, OLD.`description`, NULL),
			iif(NEW.`homepage` IS NOT OLD.`homepage`, OLD.`homepage`, NULL),
			iif(NEW.`eula` IS NOT OLD.`eula`, OLD.`eula`, NULL),
			iif(NEW.`acl` IS NOT OLD.`acl`, OLD.`acl`, NULL),
			iif(NEW.`tags` IS NOT OLD.`tags`, OLD.`tags`, NULL),
			iif(NEW.`os` IS NOT OLD.`os`, OLD.`os`, NULL),
			iif(NEW.`type` IS NOT OLD.`type`, OLD.`type`, NULL),
			iif(NEW.`requirements` IS NOT OLD.`requirements`, OLD.`requirements`, NULL),
			iif(NEW.`image_size` IS NOT OLD.`image_size`, OLD.`image_size`, NULL),
			iif(NEW.`files` IS NOT OLD.`files`, OLD.`files`, NULL),
			iif(NEW.`published_at` IS NOT OLD.`published_at`, OLD.`published_at`, NULL),
			iif(NEW.`owner` IS NOT OLD.`owner`, OLD.`owner`, NULL),
			iif(NEW.`public` IS NOT OLD.`public`, OLD.`public`, NULL),
			iif(NEW.`state` IS NOT OLD.`state`, OLD.`state`, NULL),
			iif(NEW.`origin` IS NOT OLD.`origin`, OLD.`origin`, NULL),
			iif(NEW.`error` IS NOT OLD.`error`, OLD.`error`, NULL)
		FROM (SELECT iif(NEW.`write_id` IS NOT OLD.`write_id`, NEW.`write_id`, NULL) AS `write_id`, iif(NEW.`write` IS NOT OLD.`write`, NEW.`write`, NULL) AS `write`,
			coalesce(iif(NEW.`write` IS NOT OLD.`write`, NEW.`write` ->> '$.changed', NULL), substr(iif(NEW.`name` IS NOT OLD.`name`, ', name', '')
				|| iif(NEW.`version` IS NOT OLD.`version`, ', version', '')
				|| iif(NEW.`description` IS NOT OLD.`description`, ', description', '')
				|| iif(NEW.`homepage` IS NOT OLD.`homepage`, ', homepage', '')
				|| iif(NEW.`eula` IS NOT OLD.`eula`, ', eula', '')
				|| iif(NEW.`acl` IS NOT OLD.`acl`, ', acl', '')
				|| iif(NEW.`tags` IS NOT OLD.`tags`, ', tags', '')
				|| iif(NEW.`os` IS NOT OLD.`os`, ', os', '')
				|| iif(NEW.`type` IS NOT OLD.`type`, ', type', '')
				|| iif(NEW.`requirements` IS NOT OLD.`requirements`, ', requirements', '')
				|| iif(NEW.`image_size` IS NOT OLD.`image_size`, ', image_size', '')
				|| iif(NEW.`files` IS NOT OLD.`files`, ', files', '')
				|| iif(NEW.`published_at` IS NOT OLD.`published_at`, ', published_at', '')
				|| iif(NEW.`owner` IS NOT OLD.`owner`, ', owner', '')
				|| iif(NEW.`public` IS NOT OLD.`public`, ', public', '')
				|| iif(NEW.`state` IS NOT OLD.`state`, ', state', '')
				|| iif(NEW.`origin` IS NOT OLD.`origin`, ', origin', '')
				|| iif(NEW.`error` IS NOT OLD.`error`, ', error', ''), 3)) AS `changed`,
			700 + coalesce(octet_length(NEW.`write` ->> '$.key_scope'), 0)
				+ iif(NEW.`name` IS NOT OLD.`name`, coalesce(octet_length(OLD.`name`), 0), 0)
				+ iif(NEW.`version` IS NOT OLD.`version`, coalesce(octet_length(OLD.`version`), 0), 0)
				+ iif(NEW.`description` IS NOT OLD.`description`, coalesce(octet_length(OLD.`description`), 0), 0)
				+ iif(NEW.`homepage` IS NOT OLD.`homepage`, coalesce(octet_length(OLD.`homepage`), 0), 0)
				+ iif(NEW.`eula` IS NOT OLD.`eula`, coalesce(octet_length(OLD.`eula`), 0), 0)
				+ iif(NEW.`acl` IS NOT OLD.`acl`, coalesce(octet_length(OLD.`acl`), 0), 0)
				+ iif(NEW.`tags` IS NOT OLD.`tags`, coalesce(octet_length(OLD.`tags`), 0), 0)
				+ iif(NEW.`os` IS NOT OLD.`os`, coalesce(octet_length(OLD.`os`), 0), 0)
				+ iif(NEW.`type` IS NOT OLD.`type`, coalesce(octet_length(OLD.`type`), 0), 0)
				+ iif(NEW.`requirements` IS NOT OLD.`requirements`, coalesce(octet_length(OLD.`requirements`), 0), 0)
				+ iif(NEW.`image_size` IS NOT OLD.`image_size`, coalesce(octet_length(OLD.`image_size`), 0), 0)
				+ iif(NEW.`files` IS NOT OLD.`files`, coalesce(octet_length(OLD.`files`), 0), 0)
				+ iif(NEW.`published_at` IS NOT OLD.`published_at`, coalesce(octet_length(OLD.`published_at`), 0), 0)
				+ iif(NEW.`owner` IS NOT OLD.`owner`, coalesce(octet_length(OLD.`owner`), 0), 0)
				+ iif(NEW.`public` IS NOT OLD.`public`, coalesce(octet_length(OLD.`public`), 0), 0)
				+ iif(NEW.`state` IS NOT OLD.`state`, coalesce(octet_length(OLD.`state`), 0), 0)
				+ iif(NEW.`origin` IS NOT OLD.`origin`, coalesce(octet_length(OLD.`origin`), 0), 0)
				+ iif(NEW.`error` IS NOT OLD.`error`, coalesce(octet_length(OLD.`error`), 0), 0) AS `bytes`) AS record;
	DELETE FROM `image_revisions` WHERE `image` = NEW.`uuid` AND `revision` <= (SELECT max(`revision`) FROM
		(SELECT `revision`, `total_bytes`, `time` FROM `image_revisions` WHERE `image` = NEW.`uuid` AND `revision` <= iif((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` LIMIT 1) <= (SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0), 1e15, NULL) ORDER BY `revision` LIMIT 64)
		WHERE `total_bytes` <= (SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0) AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000);
	DELETE FROM `image_revisions` WHERE `image` = NEW.`uuid` AND `revision` <= (SELECT max(`revision`) FROM
		(SELECT `revision`, `total_bytes`, `time` FROM `image_revisions` WHERE `image` = NEW.`uuid` AND `revision` <= NEW.`revision` - nullif(coalesce(NEW.`write` ->> '$.keep_revisions', OLD.`write` ->> '$.keep_revisions', 1000), 0) ORDER BY `revision` LIMIT 4)
		WHERE true AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000);
	INSERT INTO `image_trims` (`image`, `time`) SELECT NEW.`uuid`, CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE (SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` LIMIT 1) <= (SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0)
		ON CONFLICT (`image`) DO UPDATE SET `time` = excluded.`time`;
	DELETE FROM `image_revisions` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1) AND `revision` <= (SELECT max(`revision`) FROM
		(SELECT `revision`, `total_bytes`, `time` FROM `image_revisions` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1) AND `revision` <= iif((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1) ORDER BY `revision` LIMIT 1) <= (SELECT `total_bytes` FROM `image_revisions` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1) ORDER BY `revision` DESC LIMIT 1) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0), 1e15, NULL) ORDER BY `revision` LIMIT 4)
		WHERE `total_bytes` <= (SELECT `total_bytes` FROM `image_revisions` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1) ORDER BY `revision` DESC LIMIT 1) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0) AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000);
	DELETE FROM `image_trims` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1) AND NOT coalesce((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = `image_trims`.`image` ORDER BY `revision` LIMIT 1) <= (SELECT `total_bytes` FROM `image_revisions` WHERE `image` = `image_trims`.`image` ORDER BY `revision` DESC LIMIT 1) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0), 0);
END;
--> statement-breakpoint
CREATE TRIGGER `keys_before_insert` BEFORE INSERT ON `keys` WHEN EXISTS (SELECT 1 FROM `limited_keys` AS other
	WHERE other.`account` = NEW.`account` AND (other.`name` = NEW.`name` OR other.`fingerprint` = NEW.`fingerprint` OR other.`fingerprintSha256` = NEW.`fingerprintSha256`)) BEGIN
	SELECT CASE WHEN NEW.`write_id` IS NULL THEN RAISE(ABORT, 'a key of this name, or the same key, is in limited_keys') ELSE RAISE(IGNORE) END;
END;
--> statement-breakpoint
CREATE TRIGGER `limited_keys_before_insert` BEFORE INSERT ON `limited_keys` WHEN EXISTS (SELECT 1 FROM `keys` AS other
	WHERE other.`account` = NEW.`account` AND (other.`name` = NEW.`name` OR other.`fingerprint` = NEW.`fingerprint` OR other.`fingerprintSha256` = NEW.`fingerprintSha256`)) BEGIN
	SELECT CASE WHEN NEW.`write_id` IS NULL THEN RAISE(ABORT, 'a key of this name, or the same key, is in keys') ELSE RAISE(IGNORE) END;
END;
