-- Keeps of a revision the values that it replaced. The view image_history has all fields of each revision, as the table of
-- this name had: a Worker of the version before reads it. What is stored is converted in sixteen parts, because D1 ends a statement after 30 seconds.
CREATE TABLE `account_history` (
	`account` text PRIMARY KEY NOT NULL,
	`bytes` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `image_revisions` (
	`bytes` integer NOT NULL,
	`is_cut` integer DEFAULT false NOT NULL,
	`image` text NOT NULL,
	`revision` integer NOT NULL,
	`total_bytes` integer DEFAULT 0 NOT NULL,
	`time` integer NOT NULL,
	`write_id` text NOT NULL,
	`request_hash` text,
	`attempt_id` text,
	`account` text,
	`key_sha256` text,
	`request_id` text,
	`operation` text NOT NULL,
	`changed` text,
	`holder` text,
	`name` text,
	`version` text,
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
	`owner` text,
	`public` integer,
	`state` text,
	`origin` text,
	`error` text,
	PRIMARY KEY(`image`, `revision`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `image_revisions_write_id` ON `image_revisions` (`write_id`);
--> statement-breakpoint
CREATE INDEX `image_revisions_holder` ON `image_revisions` (`holder`,`time`);
--> statement-breakpoint
ALTER TABLE `account_writes` ADD `request_hash` text;
--> statement-breakpoint
ALTER TABLE `account_writes` ADD `attempt_id` text;
--> statement-breakpoint
ALTER TABLE `account_writes` ADD `image` text;
--> statement-breakpoint
ALTER TABLE `account_writes` ADD `revision` integer;
--> statement-breakpoint
ALTER TABLE `account_writes` ADD `changed` text;
--> statement-breakpoint
CREATE VIEW `converted_history` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) AS
	SELECT now.`image`, now.`revision`, now.`write_id`, now.`request_hash`, now.`attempt_id`, now.`time`, now.`account`, now.`key_sha256`, now.`request_id`, now.`operation`,
		iif(was.`image` IS NULL, now.`changed`, substr(iif((was.`image` IS NOT NULL AND was.`name` IS NOT now.`name`), ', name', '')
			|| iif((was.`image` IS NOT NULL AND was.`version` IS NOT now.`version`), ', version', '')
			|| iif((was.`image` IS NOT NULL AND was.`description` IS NOT now.`description`), ', description', '')
			|| iif((was.`image` IS NOT NULL AND was.`homepage` IS NOT now.`homepage`), ', homepage', '')
			|| iif((was.`image` IS NOT NULL AND was.`eula` IS NOT now.`eula`), ', eula', '')
			|| iif((was.`image` IS NOT NULL AND was.`acl` IS NOT now.`acl`), ', acl', '')
			|| iif((was.`image` IS NOT NULL AND was.`tags` IS NOT now.`tags`), ', tags', '')
			|| iif((was.`image` IS NOT NULL AND was.`os` IS NOT now.`os`), ', os', '')
			|| iif((was.`image` IS NOT NULL AND was.`type` IS NOT now.`type`), ', type', '')
			|| iif((was.`image` IS NOT NULL AND was.`requirements` IS NOT now.`requirements`), ', requirements', '')
			|| iif((was.`image` IS NOT NULL AND was.`image_size` IS NOT now.`image_size`), ', image_size', '')
			|| iif((was.`image` IS NOT NULL AND was.`files` IS NOT now.`files`), ', files', '')
			|| iif((was.`image` IS NOT NULL AND was.`published_at` IS NOT now.`published_at`), ', published_at', '')
			|| iif((was.`image` IS NOT NULL AND was.`owner` IS NOT now.`owner`), ', owner', '')
			|| iif((was.`image` IS NOT NULL AND was.`public` IS NOT now.`public`), ', public', '')
			|| iif((was.`image` IS NOT NULL AND was.`state` IS NOT now.`state`), ', state', '')
			|| iif((was.`image` IS NOT NULL AND was.`origin` IS NOT now.`origin`), ', origin', '')
			|| iif((was.`image` IS NOT NULL AND was.`error` IS NOT now.`error`), ', error', ''), 3)),
		now.`total_bytes`,
		-- The revision before is not kept: the audit shows no changes of this one.
		iif(was.`image` IS NULL, now.`changed` IS NOT NULL, was.`revision` <> now.`revision` - 1),
		iif(now.`operation` = 'provision', NULL, now.`owner`),
		700 + iif((was.`image` IS NOT NULL AND was.`name` IS NOT now.`name`), coalesce(octet_length(was.`name`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`version` IS NOT now.`version`), coalesce(octet_length(was.`version`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`description` IS NOT now.`description`), coalesce(octet_length(was.`description`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`homepage` IS NOT now.`homepage`), coalesce(octet_length(was.`homepage`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`eula` IS NOT now.`eula`), coalesce(octet_length(was.`eula`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`acl` IS NOT now.`acl`), coalesce(octet_length(was.`acl`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`tags` IS NOT now.`tags`), coalesce(octet_length(was.`tags`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`os` IS NOT now.`os`), coalesce(octet_length(was.`os`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`type` IS NOT now.`type`), coalesce(octet_length(was.`type`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`requirements` IS NOT now.`requirements`), coalesce(octet_length(was.`requirements`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`image_size` IS NOT now.`image_size`), coalesce(octet_length(was.`image_size`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`files` IS NOT now.`files`), coalesce(octet_length(was.`files`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`published_at` IS NOT now.`published_at`), coalesce(octet_length(was.`published_at`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`owner` IS NOT now.`owner`), coalesce(octet_length(was.`owner`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`public` IS NOT now.`public`), coalesce(octet_length(was.`public`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`state` IS NOT now.`state`), coalesce(octet_length(was.`state`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`origin` IS NOT now.`origin`), coalesce(octet_length(was.`origin`), 0), 0)
			+ iif((was.`image` IS NOT NULL AND was.`error` IS NOT now.`error`), coalesce(octet_length(was.`error`), 0), 0),
		iif((was.`image` IS NOT NULL AND was.`name` IS NOT now.`name`), was.`name`, NULL),
		iif((was.`image` IS NOT NULL AND was.`version` IS NOT now.`version`), was.`version`, NULL),
		iif((was.`image` IS NOT NULL AND was.`description` IS NOT now.`description`), was.`description`, NULL),
		iif((was.`image` IS NOT NULL AND was.`homepage` IS NOT now.`homepage`), was.`homepage`, NULL),
		iif((was.`image` IS NOT NULL AND was.`eula` IS NOT now.`eula`), was.`eula`, NULL),
		iif((was.`image` IS NOT NULL AND was.`acl` IS NOT now.`acl`), was.`acl`, NULL),
		iif((was.`image` IS NOT NULL AND was.`tags` IS NOT now.`tags`), was.`tags`, NULL),
		iif((was.`image` IS NOT NULL AND was.`os` IS NOT now.`os`), was.`os`, NULL),
		iif((was.`image` IS NOT NULL AND was.`type` IS NOT now.`type`), was.`type`, NULL),
		iif((was.`image` IS NOT NULL AND was.`requirements` IS NOT now.`requirements`), was.`requirements`, NULL),
		iif((was.`image` IS NOT NULL AND was.`image_size` IS NOT now.`image_size`), was.`image_size`, NULL),
		iif((was.`image` IS NOT NULL AND was.`files` IS NOT now.`files`), was.`files`, NULL),
		iif((was.`image` IS NOT NULL AND was.`published_at` IS NOT now.`published_at`), was.`published_at`, NULL),
		iif((was.`image` IS NOT NULL AND was.`owner` IS NOT now.`owner`), was.`owner`, NULL),
		iif((was.`image` IS NOT NULL AND was.`public` IS NOT now.`public`), was.`public`, NULL),
		iif((was.`image` IS NOT NULL AND was.`state` IS NOT now.`state`), was.`state`, NULL),
		iif((was.`image` IS NOT NULL AND was.`origin` IS NOT now.`origin`), was.`origin`, NULL),
		iif((was.`image` IS NOT NULL AND was.`error` IS NOT now.`error`), was.`error`, NULL)
	FROM `image_history` AS now LEFT JOIN `image_history` AS was ON was.`image` = now.`image`
		AND was.`revision` = (SELECT max(`revision`) FROM `image_history` WHERE `image` = now.`image` AND `revision` < now.`revision`);
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` < '1';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '1' AND `image` < '2';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '2' AND `image` < '3';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '3' AND `image` < '4';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '4' AND `image` < '5';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '5' AND `image` < '6';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '6' AND `image` < '7';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '7' AND `image` < '8';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '8' AND `image` < '9';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= '9' AND `image` < 'a';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= 'a' AND `image` < 'b';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= 'b' AND `image` < 'c';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= 'c' AND `image` < 'd';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= 'd' AND `image` < 'e';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= 'e' AND `image` < 'f';
--> statement-breakpoint
INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`, `is_cut`, `holder`, `bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`) SELECT * FROM `converted_history` WHERE `image` >= 'f';
--> statement-breakpoint
DROP VIEW `converted_history`;
--> statement-breakpoint
INSERT INTO `account_writes` (`write_id`, `account`, `time`, `request_hash`, `attempt_id`, `image`, `revision`, `changed`)
	SELECT `write_id`, `owner`, `time` + 86340000, `request_hash`, `attempt_id`, `image`, `revision`, coalesce(`changed`, '')
	FROM `image_history` WHERE `request_hash` IS NOT NULL AND `time` >= CAST(unixepoch('subsec') * 1000 AS INTEGER) - 86400000;
--> statement-breakpoint
INSERT INTO `account_history` (`account`, `bytes`)
	SELECT `account`, sum(`bytes`) FROM (SELECT `holder` AS `account`, `bytes` FROM `image_revisions` WHERE `holder` IS NOT NULL
		UNION ALL SELECT `account`, 500 FROM `account_writes`) GROUP BY `account`;
--> statement-breakpoint
DROP TRIGGER `image_history_after_delete`;
--> statement-breakpoint
DROP TRIGGER `image_history_after_insert`;
--> statement-breakpoint
DROP TRIGGER `image_history_after_update`;
--> statement-breakpoint
DROP TABLE `image_history`;
--> statement-breakpoint
CREATE VIEW `image_history` AS SELECT `image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `total_bytes`,
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
CREATE TRIGGER `account_writes_after_delete` AFTER DELETE ON `account_writes` BEGIN
	INSERT INTO `account_history` (`account`, `bytes`) VALUES (OLD.`account`, -500)
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`;
END;
--> statement-breakpoint
CREATE TRIGGER `account_writes_after_insert` AFTER INSERT ON `account_writes` BEGIN
	INSERT INTO `account_history` (`account`, `bytes`) VALUES (NEW.`account`, 500)
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`;
	DELETE FROM `account_writes` WHERE `write_id` IN (SELECT `write_id` FROM `account_writes`
		WHERE `account` = NEW.`account` AND `time` < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000 ORDER BY `time` LIMIT 2);
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_delete` AFTER DELETE ON `images` BEGIN
	DELETE FROM `image_revisions` WHERE `image` = OLD.`uuid`;
	DELETE FROM `image_trims` WHERE `image` = OLD.`uuid`;
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_insert` AFTER INSERT ON `images` BEGIN
	INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `holder`, `bytes`, `total_bytes`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			record.`changed`, iif(record.`write` ->> '$.operation' IS NULL, NULL, NEW.`owner`), record.`bytes`, coalesce((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1), 0) + record.`bytes`
		FROM (SELECT NEW.`write_id` AS `write_id`, NEW.`write` AS `write`,
			NULL AS `changed`,
			700 AS `bytes`) AS record;
END;
--> statement-breakpoint
CREATE TRIGGER `image_history_after_update` AFTER UPDATE OF `revision` ON `images` WHEN NEW.`revision` IS NOT OLD.`revision` BEGIN
	INSERT INTO `image_revisions` (`image`, `revision`, `write_id`, `request_hash`, `attempt_id`, `time`, `account`, `key_sha256`, `request_id`, `operation`, `changed`, `holder`, `bytes`, `total_bytes`, `name`, `version`, `description`, `homepage`, `eula`, `acl`, `tags`, `os`, `type`, `requirements`, `image_size`, `files`, `published_at`, `owner`, `public`, `state`, `origin`, `error`)
		SELECT NEW.`uuid`, NEW.`revision`, coalesce(record.`write_id`, lower(hex(randomblob(16)))),
			record.`write` ->> '$.request_hash', record.`write` ->> '$.attempt_id', CAST(unixepoch('subsec') * 1000 AS INTEGER),
			record.`write` ->> '$.account', record.`write` ->> '$.key_sha256', record.`write` ->> '$.request_id',
			coalesce(record.`write` ->> '$.operation', 'provision'),
			record.`changed`, iif(record.`write` ->> '$.operation' IS NULL, NULL, NEW.`owner`), record.`bytes`, coalesce((SELECT `total_bytes` FROM `image_revisions` WHERE `image` = NEW.`uuid` ORDER BY `revision` DESC LIMIT 1), 0) + record.`bytes`,
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
				|| iif(NEW.`error` IS NOT OLD.`error`, ', error', ''), 3) AS `changed`,
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
CREATE TRIGGER `image_revisions_after_delete` AFTER DELETE ON `image_revisions` WHEN OLD.`holder` IS NOT NULL BEGIN
	INSERT INTO `account_history` (`account`, `bytes`) VALUES (OLD.`holder`, -OLD.`bytes`)
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`;
END;
--> statement-breakpoint
CREATE TRIGGER `image_revisions_after_insert` AFTER INSERT ON `image_revisions` WHEN NEW.`holder` IS NOT NULL BEGIN
	INSERT INTO `account_history` (`account`, `bytes`) VALUES (NEW.`holder`, NEW.`bytes`)
		ON CONFLICT (`account`) DO UPDATE SET `bytes` = `bytes` + excluded.`bytes`;
	INSERT INTO `account_writes` (`write_id`, `account`, `time`, `request_hash`, `attempt_id`, `image`, `revision`, `changed`)
		SELECT NEW.`write_id`, NEW.`holder`, NEW.`time` + 86340000, NEW.`request_hash`, NEW.`attempt_id`, NEW.`image`, NEW.`revision`, coalesce(NEW.`changed`, '')
		WHERE NEW.`request_hash` IS NOT NULL AND NEW.`time` >= CAST(unixepoch('subsec') * 1000 AS INTEGER) - 86400000
		ON CONFLICT (`write_id`) DO NOTHING;
END;
