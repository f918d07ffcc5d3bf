CREATE TABLE `accounts` (
	`uuid` text PRIMARY KEY NOT NULL,
	`login` text NOT NULL,
	`email` text,
	`companyName` text,
	`firstName` text,
	`lastName` text,
	`operator` integer DEFAULT false NOT NULL,
	`disabled` integer DEFAULT false NOT NULL,
	`created` text NOT NULL,
	`updated` text NOT NULL,
	CONSTRAINT "accounts_operator" CHECK("accounts"."operator" IN (0, 1)),
	CONSTRAINT "accounts_disabled" CHECK("accounts"."disabled" IN (0, 1))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_login_unique` ON `accounts` (`login`);--> statement-breakpoint
CREATE TABLE `image_acl` (
	`image` text NOT NULL,
	`account` text NOT NULL,
	PRIMARY KEY(`image`, `account`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `image_acl_account` ON `image_acl` (`account`);--> statement-breakpoint
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
	`description` text,
	`homepage` text,
	`eula` text,
	`acl` text,
	`tags` text,
	`os` text,
	`type` text,
	`requirements` text,
	`image_size` integer,
	`files` text,
	`published_at` text,
	`owner` text NOT NULL,
	`public` integer DEFAULT false NOT NULL,
	`state` text NOT NULL,
	`origin` text,
	`error` text,
	PRIMARY KEY(`image`, `revision`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `image_history_write_id` ON `image_history` (`write_id`);--> statement-breakpoint
CREATE TABLE `images` (
	`uuid` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`version` text NOT NULL,
	`description` text,
	`homepage` text,
	`eula` text,
	`acl` text,
	`tags` text,
	`os` text,
	`type` text,
	`requirements` text,
	`image_size` integer,
	`files` text,
	`published_at` text,
	`owner` text NOT NULL,
	`public` integer DEFAULT false NOT NULL,
	`state` text NOT NULL,
	`origin` text,
	`error` text,
	`revision` integer DEFAULT 1 NOT NULL,
	`write_id` text,
	`write` text,
	CONSTRAINT "images_state" CHECK("images"."state" IN ('active', 'unactivated', 'disabled', 'creating', 'failed', 'destroyed')),
	CONSTRAINT "images_public" CHECK("images"."public" IN (0, 1)),
	CONSTRAINT "images_revision" CHECK("images"."revision" >= 1),
	CONSTRAINT "images_requirements" CHECK("images"."requirements" IS NULL OR json_type("images"."requirements") = 'object'),
	CONSTRAINT "images_files" CHECK("images"."files" IS NULL OR json_type("images"."files") = 'array'),
	CONSTRAINT "images_tags" CHECK("images"."tags" IS NULL OR json_type("images"."tags") = 'object'),
	CONSTRAINT "images_acl" CHECK("images"."acl" IS NULL OR (json_type("images"."acl") = 'array' AND json_array_length("images"."acl") > 0)),
	CONSTRAINT "images_error" CHECK("images"."error" IS NULL OR json_type("images"."error") = 'object')
) STRICT;
--> statement-breakpoint
CREATE INDEX `images_owner` ON `images` (`owner`);--> statement-breakpoint
CREATE INDEX `images_public` ON `images` (`state`) WHERE "images"."public" = 1;--> statement-breakpoint
CREATE INDEX `images_origin` ON `images` (`origin`);--> statement-breakpoint
CREATE TABLE `keys` (
	`account` text NOT NULL,
	`name` text NOT NULL,
	`fingerprint` text NOT NULL,
	`fingerprintSha256` text NOT NULL,
	`key` text NOT NULL,
	`write_id` text,
	PRIMARY KEY(`account`, `name`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`uuid`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_fingerprint` ON `keys` (`account`,`fingerprint`);--> statement-breakpoint
CREATE UNIQUE INDEX `keys_fingerprint_sha256` ON `keys` (`account`,`fingerprintSha256`);
--> statement-breakpoint
CREATE TRIGGER `image_acl_after_delete` AFTER DELETE ON `images` WHEN OLD.`acl` IS NOT NULL BEGIN
	DELETE FROM `image_acl` WHERE `image` = OLD.`uuid`;
END;
--> statement-breakpoint
CREATE TRIGGER `image_acl_after_insert` AFTER INSERT ON `images` WHEN NEW.`acl` IS NOT NULL BEGIN
	INSERT INTO `image_acl` (`image`, `account`) SELECT DISTINCT NEW.`uuid`, `value` FROM json_each(NEW.`acl`);
END;
--> statement-breakpoint
CREATE TRIGGER `image_acl_after_update` AFTER UPDATE OF `acl` ON `images` WHEN NEW.`acl` IS NOT OLD.`acl` BEGIN
	DELETE FROM `image_acl` WHERE `image` = NEW.`uuid` AND `account` NOT IN (SELECT `value` FROM json_each(coalesce(NEW.`acl`, '[]')));
	INSERT INTO `image_acl` (`image`, `account`) SELECT DISTINCT NEW.`uuid`, `value` FROM json_each(coalesce(NEW.`acl`, '[]'))
		WHERE `value` NOT IN (SELECT `account` FROM `image_acl` WHERE `image` = NEW.`uuid`);
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_delete` AFTER DELETE ON `images` BEGIN
	DELETE FROM `image_history` WHERE `image` = OLD.`uuid`;
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_insert` AFTER INSERT ON `images` BEGIN
	INSERT INTO `image_history` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			NULL,
			NEW.`name`, NEW.`version`, NEW.`description`, NEW.`homepage`, NEW.`eula`, NEW.`acl`, NEW.`tags`, NEW.`os`, NEW.`type`, NEW.`requirements`, NEW.`image_size`, NEW.`files`, NEW.`published_at`, NEW.`owner`, NEW.`public`, NEW.`state`, NEW.`origin`, NEW.`error`
		FROM (SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`) AS record;
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_update` AFTER UPDATE OF `revision` ON `images` WHEN NEW.`revision` IS NOT OLD.`revision` BEGIN
	INSERT INTO `image_history` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`)
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
			NEW.`name`, NEW.`version`, NEW.`description`, NEW.`homepage`, NEW.`eula`, NEW.`acl`, NEW.`tags`, NEW.`os`, NEW.`type`, NEW.`requirements`, NEW.`image_size`, NEW.`files`, NEW.`published_at`, NEW.`owner`, NEW.`public`, NEW.`state`, NEW.`origin`, NEW.`error`
		FROM (SELECT iif(NEW.`write_id` IS NOT OLD.`write_id`, NEW.`write_id`, NULL) AS `write_id`, iif(NEW.`write` IS NOT OLD.`write`, NEW.`write`, NULL) AS `write`) AS record;
	DELETE FROM `image_history` WHERE NEW.`revision` > coalesce(NEW.`write` ->> '$.keep_revisions', 1000) AND `image` = NEW.`uuid`
		AND `revision` IN (SELECT `revision` FROM `image_history` WHERE `image` = NEW.`uuid` ORDER BY `revision` LIMIT 2)
		AND `revision` < NEW.`revision` - coalesce(NEW.`write` ->> '$.keep_revisions', 1000)
		AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - iif(`request_hash` IS NULL, 60000, 86400000);
END;
