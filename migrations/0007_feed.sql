-- The feed of changes. Revisions that are stored already are in no feed.
ALTER TABLE `account_history` ADD `newest` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `account_history` ADD `removed` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `image_revisions` ADD `feed` text;
--> statement-breakpoint
ALTER TABLE `image_revisions` ADD `sequence` integer;
--> statement-breakpoint
ALTER TABLE `image_revisions` ADD `left_feed` text;
--> statement-breakpoint
ALTER TABLE `image_revisions` ADD `left_sequence` integer;
--> statement-breakpoint
CREATE INDEX `image_revisions_feed` ON `image_revisions` (`feed`,`sequence`);
--> statement-breakpoint
CREATE INDEX `image_revisions_left` ON `image_revisions` (`left_feed`,`left_sequence`) WHERE "image_revisions"."left_feed" IS NOT NULL;
--> statement-breakpoint
DROP TRIGGER `account_writes_after_delete`;
--> statement-breakpoint
CREATE TRIGGER `account_writes_after_delete` AFTER DELETE ON `account_writes` BEGIN
	INSERT INTO `account_history` (`account`, `bytes`, `newest`, `removed`) SELECT OLD.`account`, -500, 0, 0 WHERE OLD.`account` IS NOT NULL
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`,
			`newest` = max(`newest`, excluded.`newest`), `removed` = max(`removed`, excluded.`removed`);
END;
--> statement-breakpoint
DROP TRIGGER `account_writes_after_insert`;
--> statement-breakpoint
CREATE TRIGGER `account_writes_after_insert` AFTER INSERT ON `account_writes` BEGIN
	INSERT INTO `account_history` (`account`, `bytes`, `newest`, `removed`) SELECT NEW.`account`, 500, 0, 0 WHERE NEW.`account` IS NOT NULL
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`,
			`newest` = max(`newest`, excluded.`newest`), `removed` = max(`removed`, excluded.`removed`);
	DELETE FROM `account_writes` WHERE `write_id` IN (SELECT `write_id` FROM `account_writes`
		WHERE `account` = NEW.`account` AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 2);
END;
--> statement-breakpoint
DROP TRIGGER `image_history_after_insert`;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_insert` AFTER INSERT ON `images` BEGIN
	INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `feed`, `sequence`, `holder`, `bytes`, `total_bytes`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			record.`changed`, NEW.`owner`, coalesce((SELECT `newest` FROM `account_history` WHERE `account` = NEW.`owner`), 0) + 1, iif(record.`write` ->> '$.operation' IS NULL, NULL, NEW.`owner`), record.`bytes`, coalesce((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1), 0) + record.`bytes`
		FROM (SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`,
			NULL AS `changed`,
			700 AS `bytes`) AS record;
END;
--> statement-breakpoint
DROP TRIGGER `image_history_after_update`;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_update` AFTER UPDATE OF `revision` ON `images` WHEN NEW.`revision` IS NOT OLD.`revision` BEGIN
	INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `feed`, `sequence`, `left_feed`, `left_sequence`, `holder`, `bytes`, `total_bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id',
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
			700
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
DROP TRIGGER `image_revisions_after_delete`;
--> statement-breakpoint
CREATE TRIGGER `image_revisions_after_delete` AFTER DELETE ON `image_revisions` BEGIN
	INSERT INTO `account_history` (`account`, `bytes`, `newest`, `removed`) SELECT coalesce(OLD.`feed`, OLD.`holder`), iif(OLD.`holder` IS NULL, 0, -OLD.`bytes`), 0, coalesce(OLD.`sequence`, 0) WHERE coalesce(OLD.`feed`, OLD.`holder`) IS NOT NULL
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`,
			`newest` = max(`newest`, excluded.`newest`), `removed` = max(`removed`, excluded.`removed`);
	INSERT INTO `account_history` (`account`, `bytes`, `newest`, `removed`) SELECT OLD.`left_feed`, 0, 0, OLD.`left_sequence` WHERE OLD.`left_feed` IS NOT NULL
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`,
			`newest` = max(`newest`, excluded.`newest`), `removed` = max(`removed`, excluded.`removed`);
END;
--> statement-breakpoint
DROP TRIGGER `image_revisions_after_insert`;
--> statement-breakpoint
CREATE TRIGGER `image_revisions_after_insert` AFTER INSERT ON `image_revisions` BEGIN
	INSERT INTO `account_history` (`account`, `bytes`, `newest`, `removed`) SELECT NEW.`feed`, iif(NEW.`holder` IS NULL, 0, NEW.`bytes`), NEW.`sequence`, 0 WHERE NEW.`feed` IS NOT NULL
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`,
			`newest` = max(`newest`, excluded.`newest`), `removed` = max(`removed`, excluded.`removed`);
	INSERT INTO `account_history` (`account`, `bytes`, `newest`, `removed`) SELECT NEW.`left_feed`, 0, NEW.`left_sequence`, 0 WHERE NEW.`left_feed` IS NOT NULL
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`,
			`newest` = max(`newest`, excluded.`newest`), `removed` = max(`removed`, excluded.`removed`);
	INSERT INTO `account_writes` (`write_id`, `account`, `time`, `request_hash`, `attempt_id`, `image`, `revision`, `changed`)
		SELECT NEW.`write_id`, NEW.`holder`, NEW.`time` + 86340000, NEW.`request_hash`, NEW.`attempt_id`, NEW.`image`, NEW.`revision`, coalesce(NEW.`changed`, '')
		WHERE NEW.`request_hash` IS NOT NULL AND NEW.`time` >= CAST(unixepoch('subsec') * 1000 AS INTEGER) - 86400000
		ON CONFLICT (`write_id`) DO NOTHING;
END;
