ALTER TABLE `accounts` ADD `address` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `postalCode` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `city` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `state` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `country` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `phone` text;--> statement-breakpoint
ALTER TABLE `accounts` ADD `triton_cns_enabled` integer DEFAULT false NOT NULL;