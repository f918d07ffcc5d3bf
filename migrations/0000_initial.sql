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
CREATE TABLE `images` (
	`uuid` text PRIMARY KEY NOT NULL,
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
	`revision` integer DEFAULT 1 NOT NULL,
	`write_id` text,
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
CREATE TABLE `keys` (
	`account` text NOT NULL,
	`name` text NOT NULL,
	`fingerprint` text NOT NULL,
	`fingerprintSha256` text NOT NULL,
	`key` text NOT NULL,
	PRIMARY KEY(`account`, `name`),
	FOREIGN KEY (`account`) REFERENCES `accounts`(`uuid`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_fingerprint` ON `keys` (`account`,`fingerprint`);--> statement-breakpoint
CREATE UNIQUE INDEX `keys_fingerprint_sha256` ON `keys` (`account`,`fingerprintSha256`);--> statement-breakpoint
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
CREATE TRIGGER `image_acl_after_delete` AFTER DELETE ON `images` WHEN OLD.`acl` IS NOT NULL BEGIN
	DELETE FROM `image_acl` WHERE `image` = OLD.`uuid`;
END;
