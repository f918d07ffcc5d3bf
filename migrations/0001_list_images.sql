CREATE INDEX `images_public` ON `images` (`state`) WHERE "images"."public" = 1;--> statement-breakpoint
CREATE INDEX `images_origin` ON `images` (`origin`);