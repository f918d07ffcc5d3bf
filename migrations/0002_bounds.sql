CREATE TABLE `account_writes` (
	`write_id` text PRIMARY KEY NOT NULL,
	`account` text NOT NULL,
	`time` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `account_writes_account` ON `account_writes` (`account`,`time`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `write_id` text;--> statement-breakpoint
ALTER TABLE `image_history` ADD `total_bytes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `image_history_bytes` ON `image_history` (`image`,`total_bytes`,`time`);--> statement-breakpoint
CREATE INDEX `image_history_keyed` ON `image_history` (`image`,`revision`) WHERE "image_history"."request_hash" IS NOT NULL;
--> statement-breakpoint
DROP INDEX `images_owner`;
--> statement-breakpoint
CREATE INDEX `images_owner` ON `images` (`owner`) WHERE "images"."state" <> 'destroyed';
--> statement-breakpoint
DELETE FROM `image_acl` WHERE `image` IN (SELECT `uuid` FROM `images` WHERE `state` = 'destroyed');
--> statement-breakpoint
DROP TRIGGER `image_acl_after_insert`;
--> statement-breakpoint
DROP TRIGGER `image_acl_after_update`;
--> statement-breakpoint
DROP TRIGGER `image_history_after_insert`;
--> statement-breakpoint
DROP TRIGGER `image_history_after_update`;
--> statement-breakpoint
CREATE TRIGGER `image_acl_after_insert` AFTER INSERT ON `images` WHEN NEW.`acl` IS NOT NULL BEGIN
	INSERT INTO `image_acl` (`image`, `account`) SELECT DISTINCT NEW.`uuid`, `value` FROM json_each(iif(NEW.`state` = 'destroyed', '[]', coalesce(NEW.`acl`, '[]')));
END;
--> statement-breakpoint
CREATE TRIGGER `image_acl_after_update` AFTER UPDATE OF `acl`, `state` ON `images` WHEN NEW.`acl` IS NOT OLD.`acl`
	OR (NEW.`state` = 'destroyed') IS NOT (OLD.`state` = 'destroyed') BEGIN
	DELETE FROM `image_acl` WHERE `image` = NEW.`uuid` AND `account` NOT IN (SELECT `value` FROM json_each(iif(NEW.`state` = 'destroyed', '[]', coalesce(NEW.`acl`, '[]'))));
	INSERT INTO `image_acl` (`image`, `account`) SELECT DISTINCT NEW.`uuid`, `value` FROM json_each(iif(NEW.`state` = 'destroyed', '[]', coalesce(NEW.`acl`, '[]')))
		WHERE `value` NOT IN (SELECT `account` FROM `image_acl` WHERE `image` = NEW.`uuid`);
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_insert` AFTER INSERT ON `images` BEGIN
	INSERT INTO `image_history` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`, `total_bytes`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			NULL,
			NEW.`name`, NEW.`version`, NEW.`description`, NEW.`homepage`, NEW.`eula`, NEW.`acl`, NEW.`tags`, NEW.`os`, NEW.`type`, NEW.`requirements`, NEW.`image_size`, NEW.`files`, NEW.`published_at`, NEW.`owner`, NEW.`public`, NEW.`state`, NEW.`origin`, NEW.`error`,
			coalesce((SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = NEW.`uuid`), 0) + 400 + coalesce(octet_length(NEW.`name`), 0) + coalesce(octet_length(NEW.`version`), 0) + coalesce(octet_length(NEW.`description`), 0) + coalesce(octet_length(NEW.`homepage`), 0) + coalesce(octet_length(NEW.`eula`), 0) + coalesce(octet_length(NEW.`acl`), 0) + coalesce(octet_length(NEW.`tags`), 0) + coalesce(octet_length(NEW.`os`), 0) + coalesce(octet_length(NEW.`type`), 0) + coalesce(octet_length(NEW.`requirements`), 0) + coalesce(octet_length(NEW.`image_size`), 0) + coalesce(octet_length(NEW.`files`), 0) + coalesce(octet_length(NEW.`published_at`), 0) + coalesce(octet_length(NEW.`owner`), 0) + coalesce(octet_length(NEW.`public`), 0) + coalesce(octet_length(NEW.`state`), 0) + coalesce(octet_length(NEW.`origin`), 0) + coalesce(octet_length(NEW.`error`), 0)
		FROM (SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`) AS record;
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_update` AFTER UPDATE OF `revision` ON `images` WHEN NEW.`revision` IS NOT OLD.`revision` BEGIN
	INSERT INTO `image_history` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`, `total_bytes`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			substr(iif(NEW.`name` IS NOT OLD.`name`, ', name', '')
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
				|| iif(NEW.`error` IS NOT OLD.`error`, ', error', ''), 3),
			NEW.`name`, NEW.`version`, NEW.`description`, NEW.`homepage`, NEW.`eula`, NEW.`acl`, NEW.`tags`, NEW.`os`, NEW.`type`, NEW.`requirements`, NEW.`image_size`, NEW.`files`, NEW.`published_at`, NEW.`owner`, NEW.`public`, NEW.`state`, NEW.`origin`, NEW.`error`,
			coalesce((SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = NEW.`uuid`), 0) + 400 + coalesce(octet_length(NEW.`name`), 0) + coalesce(octet_length(NEW.`version`), 0) + coalesce(octet_length(NEW.`description`), 0) + coalesce(octet_length(NEW.`homepage`), 0) + coalesce(octet_length(NEW.`eula`), 0) + coalesce(octet_length(NEW.`acl`), 0) + coalesce(octet_length(NEW.`tags`), 0) + coalesce(octet_length(NEW.`os`), 0) + coalesce(octet_length(NEW.`type`), 0) + coalesce(octet_length(NEW.`requirements`), 0) + coalesce(octet_length(NEW.`image_size`), 0) + coalesce(octet_length(NEW.`files`), 0) + coalesce(octet_length(NEW.`published_at`), 0) + coalesce(octet_length(NEW.`owner`), 0) + coalesce(octet_length(NEW.`public`), 0) + coalesce(octet_length(NEW.`state`), 0) + coalesce(octet_length(NEW.`origin`), 0) + coalesce(octet_length(NEW.`error`), 0)
		FROM (SELECT iif(NEW.`write_id` IS NOT OLD.`write_id`, NEW.`write_id`, NULL) AS `write_id`, iif(NEW.`write` IS NOT OLD.`write`, NEW.`write`, NULL) AS `write`) AS record;
	DELETE FROM `image_history` WHERE `rowid` IN (SELECT `rowid` FROM `image_history` WHERE `image` = NEW.`uuid`
		AND `total_bytes` <= (SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = NEW.`uuid`) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0) ORDER BY `total_bytes` LIMIT 64) AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000;
	DELETE FROM `image_history` WHERE `rowid` IN (SELECT `rowid` FROM `image_history` WHERE `image` = NEW.`uuid`
		AND `revision` < NEW.`revision` - nullif(coalesce(NEW.`write` ->> '$.keep_revisions', OLD.`write` ->> '$.keep_revisions', 1000), 0) AND `request_hash` IS NULL ORDER BY `revision` LIMIT 4) AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000;
	DELETE FROM `image_history` WHERE `rowid` IN (SELECT `rowid` FROM `image_history` WHERE `image` = NEW.`uuid`
		AND `revision` < NEW.`revision` - nullif(coalesce(NEW.`write` ->> '$.keep_revisions', OLD.`write` ->> '$.keep_revisions', 1000), 0) AND `request_hash` IS NOT NULL ORDER BY `revision` LIMIT 4) AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 86400000;
END;
