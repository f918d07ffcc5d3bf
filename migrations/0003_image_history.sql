CREATE TABLE `image_history` (
	`image` text NOT NULL,
	`revision` integer NOT NULL,
	`write_id` text NOT NULL,
	`request_hash` text,
	`attempt_id` text,
	`time` integer NOT NULL,
	`account` text,
	`key_sha256` text,
	`request_id` text,
	`operation` text NOT NULL,
	`changed` text,
	`name` text NOT NULL,
	`version` text NOT NULL,
	`os` text,
	`type` text,
	`requirements` text,
	`image_size` integer,
	`description` text,
	`files` text,
	`tags` text,
	`homepage` text,
	`published_at` text,
	`owner` text NOT NULL,
	`public` integer DEFAULT false NOT NULL,
	`state` text NOT NULL,
	`eula` text,
	`acl` text,
	`origin` text,
	`error` text,
	PRIMARY KEY(`image`, `revision`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `image_history_write_id` ON `image_history` (`write_id`);--> statement-breakpoint
ALTER TABLE `images` ADD `write` text;
--> statement-breakpoint
INSERT INTO `image_history` (`image`, `revision`, `write_id`, `time`, `operation`, `name`, `version`, `os`, `type`, `requirements`, `image_size`, `description`, `files`, `tags`, `homepage`, `published_at`, `owner`, `public`, `state`, `eula`, `acl`, `origin`, `error`)
	SELECT `uuid`, `revision`, coalesce(`write_id`, lower(hex(randomblob(16)))), CAST(unixepoch('subsec') * 1000 AS INTEGER), 'baseline', `name`, `version`, `os`, `type`, `requirements`, `image_size`, `description`, `files`, `tags`, `homepage`, `published_at`, `owner`, `public`, `state`, `eula`, `acl`, `origin`, `error` FROM `images`;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_insert` AFTER INSERT ON `images` BEGIN
	INSERT INTO `image_history` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `name`, `version`, `os`, `type`, `requirements`, `image_size`, `description`, `files`, `tags`, `homepage`, `published_at`, `owner`, `public`, `state`, `eula`, `acl`, `origin`, `error`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(made.`write_id`, lower(hex(randomblob(16)))),
			made.`write` ->> '$.request_hash', made.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			made.`write` ->> '$.account', made.`write` ->> '$.key_sha256', made.`write` ->> '$.request_id',
			coalesce(made.`write` ->> '$.operation', 'provision'),
			NULL,
			NEW.`name`, NEW.`version`, NEW.`os`, NEW.`type`, NEW.`requirements`, NEW.`image_size`, NEW.`description`, NEW.`files`, NEW.`tags`, NEW.`homepage`, NEW.`published_at`, NEW.`owner`, NEW.`public`, NEW.`state`, NEW.`eula`, NEW.`acl`, NEW.`origin`, NEW.`error`
		FROM (SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`) AS made;
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_update` AFTER UPDATE OF `revision` ON `images` WHEN NEW.`revision` IS NOT OLD.`revision` BEGIN
	INSERT INTO `image_history` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `name`, `version`, `os`, `type`, `requirements`, `image_size`, `description`, `files`, `tags`, `homepage`, `published_at`, `owner`, `public`, `state`, `eula`, `acl`, `origin`, `error`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(made.`write_id`, lower(hex(randomblob(16)))),
			made.`write` ->> '$.request_hash', made.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			made.`write` ->> '$.account', made.`write` ->> '$.key_sha256', made.`write` ->> '$.request_id',
			coalesce(made.`write` ->> '$.operation', 'provision'),
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
			NEW.`name`, NEW.`version`, NEW.`os`, NEW.`type`, NEW.`requirements`, NEW.`image_size`, NEW.`description`, NEW.`files`, NEW.`tags`, NEW.`homepage`, NEW.`published_at`, NEW.`owner`, NEW.`public`, NEW.`state`, NEW.`eula`, NEW.`acl`, NEW.`origin`, NEW.`error`
		FROM (SELECT iif(NEW.`write_id` IS NOT OLD.`write_id`, NEW.`write_id`, NULL) AS `write_id`, iif(NEW.`write` IS NOT OLD.`write`, NEW.`write`, NULL) AS `write`) AS made;
	DELETE FROM `image_history` WHERE NEW.`revision` > coalesce(NEW.`write` ->> '$.keep_revisions', 1000) AND `image` = NEW.`uuid`
		AND `revision` IN (SELECT `revision` FROM `image_history` WHERE `image` = NEW.`uuid` ORDER BY `revision` LIMIT 2)
		AND `revision` < NEW.`revision` - coalesce(NEW.`write` ->> '$.keep_revisions', 1000)
		AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - iif(`request_hash` IS NULL, 60000, 86400000);
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_delete` AFTER DELETE ON `images` BEGIN
	DELETE FROM `image_history` WHERE `image` = OLD.`uuid`;
END;
