/** The database_id of wrangler.toml until a database was created. */
export const placeholderId = "00000000-0000-4000-8000-000000000000";
