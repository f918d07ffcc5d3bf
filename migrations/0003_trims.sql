CREATE TABLE `image_trims` (
	`image` text PRIMARY KEY NOT NULL,
	`time` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `image_trims_time` ON `image_trims` (`time`);
--> statement-breakpoint
CREATE INDEX `images_destroyed` ON `images` (`owner`) WHERE "images"."state" = 'destroyed';
--> statement-breakpoint
DROP TRIGGER `image_history_after_delete`;
--> statement-breakpoint
DROP TRIGGER `image_history_after_update`;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_delete` AFTER DELETE ON `images` BEGIN
	DELETE FROM `image_history` WHERE `image` = OLD.`uuid`;
	DELETE FROM `image_trims` WHERE `image` = OLD.`uuid`;
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
	INSERT INTO `image_trims` (`image`, `time`) SELECT NEW.`uuid`, CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE EXISTS (SELECT 1 FROM `image_history` WHERE `image` = NEW.`uuid`
		AND `total_bytes` <= (SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = NEW.`uuid`) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0))
		ON CONFLICT (`image`) DO UPDATE SET `time` = excluded.`time`;
	DELETE FROM `image_history` WHERE `rowid` IN (SELECT `rowid` FROM `image_history` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1)
		AND `total_bytes` <= (SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1)) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0) ORDER BY `total_bytes` LIMIT 4);
	DELETE FROM `image_trims` WHERE `image` = (SELECT `image` FROM `image_trims` WHERE `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 1) AND NOT EXISTS (SELECT 1 FROM `image_history` WHERE `image` = `image_trims`.`image`
		AND `total_bytes` <= (SELECT max(`total_bytes`) FROM `image_history` WHERE `image` = `image_trims`.`image`) - nullif(coalesce(NEW.`write` ->> '$.keep_bytes', OLD.`write` ->> '$.keep_bytes', 1048576), 0));
END;
