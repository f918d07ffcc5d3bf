-- Every statement of the service as it is sent, and SQLite's plan for it. Written by `npm run statements`.

-- src/accounts/account.sql.ts accountUpdate.outcome
select "caller"."hasAuthority" as "hasAuthority",
  EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1) as "isUpdated",
  "accounts"."uuid" as "account_uuid", "accounts"."login" as "account_login", "accounts"."email" as "account_email",
  "accounts"."companyName" as "account_companyName", "accounts"."firstName" as "account_firstName",
  "accounts"."lastName" as "account_lastName", "accounts"."address" as "account_address",
  "accounts"."postalCode" as "account_postalCode", "accounts"."city" as "account_city",
  "accounts"."state" as "account_state", "accounts"."country" as "account_country",
  "accounts"."phone" as "account_phone", "accounts"."triton_cns_enabled" as "account_triton_cns_enabled",
  "accounts"."created" as "account_created", "accounts"."updated" as "account_updated"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?3
        and "keys"."fingerprintSha256" = ?4
        and ?5 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?6 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?7
        and ?8 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?9, ?10) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?3
        and "limited_keys"."fingerprintSha256" = ?4
        and ?5 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?6 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?7
        and ?8 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?9
        AND "limited_keys"."expires" IS ?10
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "accounts" on "accounts"."uuid" = ?2;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)

-- src/accounts/account.sql.ts accountUpdate.record
INSERT INTO "account_writes" (write_id, account, time)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER)
WHERE EXISTS (SELECT 1 FROM "accounts" WHERE ("accounts"."uuid" = ?2 and "accounts"."write_id" = ?1))
ON CONFLICT DO NOTHING;
-- SEARCH accounts EXISTS USING INDEX sqlite_autoindex_accounts_1 (uuid=?)

-- src/accounts/account.sql.ts accountUpdate.write
update "accounts"
set "email" = CASE
  WHEN json_type("sent"."patch", '$.email') IS NOT NULL THEN "sent"."patch" ->> '$.email' ELSE "accounts"."email"
END,
  "companyName" = CASE
    WHEN json_type("sent"."patch", '$.companyName') IS NOT NULL THEN "sent"."patch" ->> '$.companyName'
    ELSE "accounts"."companyName"
  END,
  "firstName" = CASE
    WHEN json_type("sent"."patch", '$.firstName') IS NOT NULL THEN "sent"."patch" ->> '$.firstName'
    ELSE "accounts"."firstName"
  END,
  "lastName" = CASE
    WHEN json_type("sent"."patch", '$.lastName') IS NOT NULL THEN "sent"."patch" ->> '$.lastName'
    ELSE "accounts"."lastName"
  END,
  "address" = CASE
    WHEN json_type("sent"."patch", '$.address') IS NOT NULL THEN "sent"."patch" ->> '$.address'
    ELSE "accounts"."address"
  END,
  "postalCode" = CASE
    WHEN json_type("sent"."patch", '$.postalCode') IS NOT NULL THEN "sent"."patch" ->> '$.postalCode'
    ELSE "accounts"."postalCode"
  END,
  "city" = CASE
    WHEN json_type("sent"."patch", '$.city') IS NOT NULL THEN "sent"."patch" ->> '$.city' ELSE "accounts"."city"
  END,
  "state" = CASE
    WHEN json_type("sent"."patch", '$.state') IS NOT NULL THEN "sent"."patch" ->> '$.state' ELSE "accounts"."state"
  END,
  "country" = CASE
    WHEN json_type("sent"."patch", '$.country') IS NOT NULL THEN "sent"."patch" ->> '$.country'
    ELSE "accounts"."country"
  END,
  "phone" = CASE
    WHEN json_type("sent"."patch", '$.phone') IS NOT NULL THEN "sent"."patch" ->> '$.phone' ELSE "accounts"."phone"
  END,
  "triton_cns_enabled" = CASE
    WHEN json_type("sent"."patch", '$.triton_cns_enabled') IS NOT NULL THEN "sent"."patch" ->> '$.triton_cns_enabled'
    ELSE "accounts"."triton_cns_enabled"
  END,
  "updated" = ?1, "write_id" = ?2
from (SELECT ?3 AS "patch") AS "sent"
where (
  "accounts"."uuid" = ?4
  and (
    (json_type("sent"."patch", '$.email') IS NOT NULL AND "sent"."patch" ->> '$.email' IS NOT "accounts"."email")
    or (
      json_type("sent"."patch", '$.companyName') IS NOT NULL
      AND "sent"."patch" ->> '$.companyName' IS NOT "accounts"."companyName"
    )
    or (
      json_type("sent"."patch", '$.firstName') IS NOT NULL
      AND "sent"."patch" ->> '$.firstName' IS NOT "accounts"."firstName"
    )
    or (
      json_type("sent"."patch", '$.lastName') IS NOT NULL
      AND "sent"."patch" ->> '$.lastName' IS NOT "accounts"."lastName"
    )
    or (
      json_type("sent"."patch", '$.address') IS NOT NULL AND "sent"."patch" ->> '$.address' IS NOT "accounts"."address"
    )
    or (
      json_type("sent"."patch", '$.postalCode') IS NOT NULL
      AND "sent"."patch" ->> '$.postalCode' IS NOT "accounts"."postalCode"
    )
    or (json_type("sent"."patch", '$.city') IS NOT NULL AND "sent"."patch" ->> '$.city' IS NOT "accounts"."city")
    or (json_type("sent"."patch", '$.state') IS NOT NULL AND "sent"."patch" ->> '$.state' IS NOT "accounts"."state")
    or (
      json_type("sent"."patch", '$.country') IS NOT NULL AND "sent"."patch" ->> '$.country' IS NOT "accounts"."country"
    )
    or (json_type("sent"."patch", '$.phone') IS NOT NULL AND "sent"."patch" ->> '$.phone' IS NOT "accounts"."phone")
    or (
      json_type("sent"."patch", '$.triton_cns_enabled') IS NOT NULL
      AND "sent"."patch" ->> '$.triton_cns_enabled' IS NOT "accounts"."triton_cns_enabled"
    )
  )
  and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?2)
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?4
      where (
        "keys"."account" = ?5
        and "keys"."fingerprintSha256" = ?6
        and ?7 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?8 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?9
        and ?10 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?11, ?12) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?4
      where (
        "limited_keys"."account" = ?5
        and "limited_keys"."fingerprintSha256" = ?6
        and ?7 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?8 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?9
        and ?10 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?11
        AND "limited_keys"."expires" IS ?12
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN sent

-- src/accounts/account.sql.ts getAccountStatement
select "caller"."hasAuthority" as "hasAuthority", "accounts"."uuid" as "account_uuid",
  "accounts"."login" as "account_login", "accounts"."email" as "account_email",
  "accounts"."companyName" as "account_companyName", "accounts"."firstName" as "account_firstName",
  "accounts"."lastName" as "account_lastName", "accounts"."address" as "account_address",
  "accounts"."postalCode" as "account_postalCode", "accounts"."city" as "account_city",
  "accounts"."state" as "account_state", "accounts"."country" as "account_country",
  "accounts"."phone" as "account_phone", "accounts"."triton_cns_enabled" as "account_triton_cns_enabled",
  "accounts"."created" as "account_created", "accounts"."updated" as "account_updated"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?2
        and "keys"."fingerprintSha256" = ?3
        and ?4 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?5 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?6
        and ?7 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?8, ?9) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?2
        and "limited_keys"."fingerprintSha256" = ?3
        and ?4 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?5 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?6
        and ?7 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?8
        AND "limited_keys"."expires" IS ?9
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "accounts" on "accounts"."uuid" = ?1;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN

-- src/accounts/keys.sql.ts getKeyStatement
select "caller"."hasAuthority" as "hasAuthority",
  coalesce((SELECT "accounts"."operator" FROM "accounts" WHERE "accounts"."uuid" = ?1), 0)
AND coalesce(?2, ?3) IS NULL as "isOperator", name as "key_name", fingerprint as "key_fingerprint",
  fingerprintSha256 as "key_fingerprintSha256", key as "key_key", scope as "key_scope", expires as "key_expires"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?4
      where (
        "keys"."account" = ?1
        and "keys"."fingerprintSha256" = ?5
        and ?6 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?7 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?8
        and ?9 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?2, ?3) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?4
      where (
        "limited_keys"."account" = ?1
        and "limited_keys"."fingerprintSha256" = ?5
        and ?6 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?7 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?8
        and ?9 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?2
        AND "limited_keys"."expires" IS ?3
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join (
  SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
  FROM "keys"
  WHERE (
    "keys"."account" = ?4
    and "keys"."name" IN (
      ?10,
        (SELECT "other"."name" FROM "keys" AS "other" WHERE "other"."account" = ?4 AND "other"."fingerprint" = ?10),
        (
          SELECT "other"."name"
          FROM "keys" AS "other"
          WHERE "other"."account" = ?4
          AND "other"."fingerprintSha256" = ?10
        )
    )
  )
  UNION ALL
  SELECT name, fingerprint, fingerprintSha256, key, scope, expires
  FROM "limited_keys"
  WHERE (
    "limited_keys"."account" = ?4
    and "limited_keys"."name" IN (
      ?10,
        (
          SELECT "other"."name"
          FROM "limited_keys" AS "other"
          WHERE "other"."account" = ?4
          AND "other"."fingerprint" = ?10
        ),
        (
          SELECT "other"."name"
          FROM "limited_keys" AS "other"
          WHERE "other"."account" = ?4
          AND "other"."fingerprintSha256" = ?10
        )
    )
  )
) AS "named" on true;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SCAN caller
-- SCAN named LEFT-JOIN
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?)

-- src/accounts/keys.sql.ts keyCreation.outcome
select "caller"."hasAuthority" as "hasAuthority",
  EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1) as "isCreated",
  (
    ?2 > 0
    AND (
      SELECT count(*)
      FROM (
        SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
        FROM "keys"
        WHERE "keys"."account" = ?3
        UNION ALL
        SELECT name, fingerprint, fingerprintSha256, key, scope, expires
        FROM "limited_keys"
        WHERE "limited_keys"."account" = ?3
      )
    ) >= ?2
  ) as "isQuotaReached",
  (?4 IS NOT NULL AND ?4 <= CAST(unixepoch('subsec') * 1000 AS INTEGER)) as "hasEnded",
  (SELECT "accounts"."login" FROM "accounts" WHERE "accounts"."uuid" = ?3) as "login", name as "holder_name"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "keys"."account" = ?5
        and "keys"."fingerprintSha256" = ?6
        and ?7 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?8 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?9
        and ?10 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?11, ?12) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "limited_keys"."account" = ?5
        and "limited_keys"."fingerprintSha256" = ?6
        and ?7 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?8 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?9
        and ?10 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?11
        AND "limited_keys"."expires" IS ?12
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join (
  SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
  FROM "keys"
  WHERE (
    "keys"."account" = ?3 and ("keys"."name" = ?13 or "keys"."fingerprint" = ?14 or "keys"."fingerprintSha256" = ?15)
  )
  UNION ALL
  SELECT name, fingerprint, fingerprintSha256, key, scope, expires
  FROM "limited_keys"
  WHERE (
    "limited_keys"."account" = ?3
    and ("limited_keys"."name" = ?13 or "limited_keys"."fingerprint" = ?14 or "limited_keys"."fingerprintSha256" = ?15)
  )
) AS "same" on true
order by name = ?13 DESC
limit ?16;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING PRIMARY KEY (account=?)
-- SEARCH limited_keys USING PRIMARY KEY (account=?)
-- SCAN caller
-- SCAN same LEFT-JOIN
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH keys USING PRIMARY KEY (account=?)
-- SEARCH limited_keys USING PRIMARY KEY (account=?)
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?)

-- src/accounts/keys.sql.ts keyCreation.record
INSERT INTO "account_writes" (write_id, account, time)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER)
WHERE EXISTS (
  SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
  FROM "keys"
  WHERE (("keys"."account" = ?2 and "keys"."name" = ?3) and "keys"."write_id" = ?1)
  UNION ALL
  SELECT name, fingerprint, fingerprintSha256, key, scope, expires
  FROM "limited_keys"
  WHERE (("limited_keys"."account" = ?2 and "limited_keys"."name" = ?3) and "limited_keys"."write_id" = ?1)
)
ON CONFLICT DO NOTHING;
-- SEARCH keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH limited_keys USING PRIMARY KEY (account=? AND name=?)

-- src/accounts/keys.sql.ts keyCreation.write
INSERT INTO "keys" (account, name, fingerprint, fingerprintSha256, key, write_id)
SELECT ?1, ?2, ?3, ?4, ?5, ?6
WHERE (
  (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?7
        and "keys"."fingerprintSha256" = ?8
        and ?9 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?13, ?14) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?7
        and "limited_keys"."fingerprintSha256" = ?8
        and ?9 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?13
        AND "limited_keys"."expires" IS ?14
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?6)
  and NOT (
    ?15 > 0
    AND (
      SELECT count(*)
      FROM (
        SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
        FROM "keys"
        WHERE "keys"."account" = ?1
        UNION ALL
        SELECT name, fingerprint, fingerprintSha256, key, scope, expires
        FROM "limited_keys"
        WHERE "limited_keys"."account" = ?1
      )
    ) >= ?15
  )
  and NOT (?16 IS NOT NULL AND ?16 <= CAST(unixepoch('subsec') * 1000 AS INTEGER))
)
ON CONFLICT DO NOTHING;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH keys USING PRIMARY KEY (account=?)
-- SEARCH limited_keys USING PRIMARY KEY (account=?)

-- src/accounts/keys.sql.ts keyCreation.writeLimited
INSERT INTO "limited_keys" (account, name, fingerprint, fingerprintSha256, key, write_id, scope, expires)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
WHERE (
  (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?15, ?16) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?15
        AND "limited_keys"."expires" IS ?16
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?6)
  and NOT (
    ?17 > 0
    AND (
      SELECT count(*)
      FROM (
        SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
        FROM "keys"
        WHERE "keys"."account" = ?1
        UNION ALL
        SELECT name, fingerprint, fingerprintSha256, key, scope, expires
        FROM "limited_keys"
        WHERE "limited_keys"."account" = ?1
      )
    ) >= ?17
  )
  and NOT (?8 IS NOT NULL AND ?8 <= CAST(unixepoch('subsec') * 1000 AS INTEGER))
)
ON CONFLICT DO NOTHING;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH keys USING PRIMARY KEY (account=?)
-- SEARCH limited_keys USING PRIMARY KEY (account=?)

-- src/accounts/keys.sql.ts keyDeletion.mark
update "keys"
set "write_id" = ?1
where (
  (
    "keys"."account" = ?2
    and "keys"."name" IN (
      ?3, (SELECT "other"."name" FROM "keys" AS "other" WHERE "other"."account" = ?2 AND "other"."fingerprint" = ?3),
        (
          SELECT "other"."name" FROM "keys" AS "other" WHERE "other"."account" = ?2 AND "other"."fingerprintSha256" = ?3
        )
    )
  )
  and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
  and coalesce(?4, ?5) IS NULL
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?6
        and "keys"."fingerprintSha256" = ?7
        and ?8 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?9 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?10
        and ?11 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?4, ?5) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?6
        and "limited_keys"."fingerprintSha256" = ?7
        and ?8 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?9 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?10
        and ?11 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?4
        AND "limited_keys"."expires" IS ?5
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)

-- src/accounts/keys.sql.ts keyDeletion.markLimited
update "limited_keys"
set "write_id" = ?1
where (
  (
    "limited_keys"."account" = ?2
    and "limited_keys"."name" IN (
      ?3,
        (
          SELECT "other"."name"
          FROM "limited_keys" AS "other"
          WHERE "other"."account" = ?2
          AND "other"."fingerprint" = ?3
        ),
        (
          SELECT "other"."name"
          FROM "limited_keys" AS "other"
          WHERE "other"."account" = ?2
          AND "other"."fingerprintSha256" = ?3
        )
    )
  )
  and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
  and (
    coalesce(?4, ?5) IS NULL
    OR "limited_keys"."fingerprintSha256" = ?6
    AND "limited_keys"."scope" IS ?7
    AND "limited_keys"."expires" IS ?8
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?4, ?5) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?4
        AND "limited_keys"."expires" IS ?5
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH limited_keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)

-- src/accounts/keys.sql.ts keyDeletion.outcome
select "caller"."hasAuthority" as "hasAuthority",
  EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1) as "isDeleted"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?3
        and "keys"."fingerprintSha256" = ?4
        and ?5 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?6 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?7
        and ?8 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?9, ?10) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?3
        and "limited_keys"."fingerprintSha256" = ?4
        and ?5 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?6 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?7
        and ?8 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?9
        AND "limited_keys"."expires" IS ?10
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller";
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)

-- src/accounts/keys.sql.ts keyDeletion.record
INSERT INTO "account_writes" (write_id, account, time)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER)
WHERE EXISTS (
  SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
  FROM "keys"
  WHERE (
    (
      "keys"."account" = ?2
      and "keys"."name" IN (
        ?3,
          (SELECT "other"."name" FROM "keys" AS "other" WHERE "other"."account" = ?2 AND "other"."fingerprint" = ?3),
          (
            SELECT "other"."name"
            FROM "keys" AS "other"
            WHERE "other"."account" = ?2
            AND "other"."fingerprintSha256" = ?3
          )
      )
    )
    and "keys"."write_id" = ?1
  )
  UNION ALL
  SELECT name, fingerprint, fingerprintSha256, key, scope, expires
  FROM "limited_keys"
  WHERE (
    (
      "limited_keys"."account" = ?2
      and "limited_keys"."name" IN (
        ?3,
          (
            SELECT "other"."name"
            FROM "limited_keys" AS "other"
            WHERE "other"."account" = ?2
            AND "other"."fingerprint" = ?3
          ),
          (
            SELECT "other"."name"
            FROM "limited_keys" AS "other"
            WHERE "other"."account" = ?2
            AND "other"."fingerprintSha256" = ?3
          )
      )
    )
    and "limited_keys"."write_id" = ?1
  )
)
ON CONFLICT DO NOTHING;
-- SEARCH keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)

-- src/accounts/keys.sql.ts keyDeletion.write
delete
from "keys"
where (
  (
    "keys"."account" = ?1
    and "keys"."name" IN (
      ?2, (SELECT "other"."name" FROM "keys" AS "other" WHERE "other"."account" = ?1 AND "other"."fingerprint" = ?2),
        (
          SELECT "other"."name" FROM "keys" AS "other" WHERE "other"."account" = ?1 AND "other"."fingerprintSha256" = ?2
        )
    )
  )
  and "keys"."write_id" = ?3
);
-- SEARCH keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)

-- src/accounts/keys.sql.ts keyDeletion.writeLimited
delete
from "limited_keys"
where (
  (
    "limited_keys"."account" = ?1
    and "limited_keys"."name" IN (
      ?2,
        (
          SELECT "other"."name"
          FROM "limited_keys" AS "other"
          WHERE "other"."account" = ?1
          AND "other"."fingerprint" = ?2
        ),
        (
          SELECT "other"."name"
          FROM "limited_keys" AS "other"
          WHERE "other"."account" = ?1
          AND "other"."fingerprintSha256" = ?2
        )
    )
  )
  and "limited_keys"."write_id" = ?3
);
-- SEARCH limited_keys USING PRIMARY KEY (account=? AND name=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint (account=? AND fingerprint=?)
-- SEARCH other USING COVERING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)

-- src/accounts/keys.sql.ts listKeysStatement
SELECT name, fingerprint, fingerprintSha256, key, NULL AS scope, NULL AS expires
FROM "keys"
WHERE ("keys"."account" = ?1 and "keys"."name" > ?2)
UNION ALL
SELECT name, fingerprint, fingerprintSha256, key, scope, expires
FROM "limited_keys"
WHERE ("limited_keys"."account" = ?1 and "limited_keys"."name" > ?2)
ORDER BY name
LIMIT 101;
-- SEARCH keys USING PRIMARY KEY (account=? AND name>?)
-- SEARCH limited_keys USING PRIMARY KEY (account=? AND name>?)

-- src/caller/identify.sql.ts findSignerStatement
select CASE
  WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
  WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
END as "account_uuid",
  CASE
    WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."operator"
    WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."operator"
  END as "account_operator",
  CASE
    WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."disabled"
    WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."disabled"
  END as "account_disabled",
  CASE
    WHEN "key_name"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "key_name"."name" = "request"."key" THEN "key_name"."key"
    WHEN "key_fingerprint"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "key_fingerprint"."fingerprint" = "request"."key" THEN "key_fingerprint"."key"
    WHEN "key_fingerprintSha256"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "key_fingerprintSha256"."fingerprintSha256" = "request"."key" THEN "key_fingerprintSha256"."key"
    WHEN "limited_name"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_name"."name" = "request"."key" THEN "limited_name"."key"
    WHEN "limited_fingerprint"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprint"."fingerprint" = "request"."key" THEN "limited_fingerprint"."key"
    WHEN "limited_fingerprintSha256"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprintSha256"."fingerprintSha256" = "request"."key" THEN "limited_fingerprintSha256"."key"
  END as "key_key",
  CASE
    WHEN "key_name"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "key_name"."name" = "request"."key" THEN "key_name"."fingerprintSha256"
    WHEN "key_fingerprint"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "key_fingerprint"."fingerprint" = "request"."key" THEN "key_fingerprint"."fingerprintSha256"
    WHEN "key_fingerprintSha256"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "key_fingerprintSha256"."fingerprintSha256" = "request"."key" THEN "key_fingerprintSha256"."fingerprintSha256"
    WHEN "limited_name"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_name"."name" = "request"."key" THEN "limited_name"."fingerprintSha256"
    WHEN "limited_fingerprint"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprint"."fingerprint" = "request"."key" THEN "limited_fingerprint"."fingerprintSha256"
    WHEN "limited_fingerprintSha256"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprintSha256"."fingerprintSha256" = "request"."key" THEN "limited_fingerprintSha256"."fingerprintSha256"
  END as "key_fingerprintSha256",
  CASE
    WHEN "limited_name"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_name"."name" = "request"."key" THEN "limited_name"."scope"
    WHEN "limited_fingerprint"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprint"."fingerprint" = "request"."key" THEN "limited_fingerprint"."scope"
    WHEN "limited_fingerprintSha256"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprintSha256"."fingerprintSha256" = "request"."key" THEN "limited_fingerprintSha256"."scope"
  END as "key_scope",
  CASE
    WHEN "limited_name"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_name"."name" = "request"."key" THEN "limited_name"."expires"
    WHEN "limited_fingerprint"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprint"."fingerprint" = "request"."key" THEN "limited_fingerprint"."expires"
    WHEN "limited_fingerprintSha256"."account" = CASE
      WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
      WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
    END
    AND "limited_fingerprintSha256"."fingerprintSha256" = "request"."key" THEN "limited_fingerprintSha256"."expires"
  END as "key_expires",
  coalesce(
    CASE
      WHEN "limited_name"."account" = CASE
        WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
        WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
      END
      AND "limited_name"."name" = "request"."key" THEN "limited_name"."expires"
      WHEN "limited_fingerprint"."account" = CASE
        WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
        WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
      END
      AND "limited_fingerprint"."fingerprint" = "request"."key" THEN "limited_fingerprint"."expires"
      WHEN "limited_fingerprintSha256"."account" = CASE
        WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
        WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
      END
      AND "limited_fingerprintSha256"."fingerprintSha256" = "request"."key" THEN "limited_fingerprintSha256"."expires"
    END <= CAST(unixepoch('subsec') * 1000 AS INTEGER),
      0
  ) as "key_hasEnded",
  CASE
    WHEN "target_login"."login" = "request"."path" THEN "target_login"."uuid"
    WHEN "target_uuid"."uuid" = "request"."path" THEN "target_uuid"."uuid"
  END as "target"
from (SELECT ?1 AS "login", ?2 AS "key", ?3 AS "path") AS "request"
LEFT JOIN "accounts" AS "signer_login" ON "signer_login"."uuid" = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "accounts"."uuid"
      FROM "accounts"
      WHERE "accounts"."login" <= "request"."login"
      ORDER BY "accounts"."login" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL FROM "accounts" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "accounts" AS "signer_uuid" ON "signer_uuid"."uuid" = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "accounts"."uuid"
      FROM "accounts"
      WHERE "accounts"."uuid" <= "request"."login"
      ORDER BY "accounts"."uuid" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL FROM "accounts" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "keys" AS "key_name" ON ("key_name"."account", "key_name"."name") = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "keys"."account", "keys"."name"
      FROM "keys"
      WHERE "keys"."account" = coalesce(
        CASE
          WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
          WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
        END,
          "request"."login"
      )
      AND "keys"."name" <= "request"."key"
      ORDER BY "keys"."name" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL, NULL FROM "keys" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "keys" AS "key_fingerprint" ON ("key_fingerprint"."account", "key_fingerprint"."name") = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "keys"."account", "keys"."name"
      FROM "keys"
      WHERE "keys"."account" = coalesce(
        CASE
          WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
          WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
        END,
          "request"."login"
      )
      AND "keys"."fingerprint" <= "request"."key"
      ORDER BY "keys"."fingerprint" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL, NULL FROM "keys" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "keys" AS "key_fingerprintSha256" ON (
  "key_fingerprintSha256"."account", "key_fingerprintSha256"."name"
) = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "keys"."account", "keys"."name"
      FROM "keys"
      WHERE "keys"."account" = coalesce(
        CASE
          WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
          WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
        END,
          "request"."login"
      )
      AND "keys"."fingerprintSha256" <= "request"."key"
      ORDER BY "keys"."fingerprintSha256" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL, NULL FROM "keys" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "limited_keys" AS "limited_name" ON ("limited_name"."account", "limited_name"."name") = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "limited_keys"."account", "limited_keys"."name"
      FROM "limited_keys"
      WHERE "limited_keys"."account" = coalesce(
        CASE
          WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
          WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
        END,
          "request"."login"
      )
      AND "limited_keys"."name" <= "request"."key"
      ORDER BY "limited_keys"."name" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL, NULL FROM "limited_keys" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "limited_keys" AS "limited_fingerprint" ON (
  "limited_fingerprint"."account", "limited_fingerprint"."name"
) = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "limited_keys"."account", "limited_keys"."name"
      FROM "limited_keys"
      WHERE "limited_keys"."account" = coalesce(
        CASE
          WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
          WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
        END,
          "request"."login"
      )
      AND "limited_keys"."fingerprint" <= "request"."key"
      ORDER BY "limited_keys"."fingerprint" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL, NULL FROM "limited_keys" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "limited_keys" AS "limited_fingerprintSha256" ON (
  "limited_fingerprintSha256"."account", "limited_fingerprintSha256"."name"
) = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "limited_keys"."account", "limited_keys"."name"
      FROM "limited_keys"
      WHERE "limited_keys"."account" = coalesce(
        CASE
          WHEN "signer_login"."login" = "request"."login" THEN "signer_login"."uuid"
          WHEN "signer_uuid"."uuid" = "request"."login" THEN "signer_uuid"."uuid"
        END,
          "request"."login"
      )
      AND "limited_keys"."fingerprintSha256" <= "request"."key"
      ORDER BY "limited_keys"."fingerprintSha256" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL, NULL FROM "limited_keys" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "accounts" AS "target_login" ON "target_login"."uuid" = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "accounts"."uuid"
      FROM "accounts"
      WHERE "accounts"."login" <= "request"."path"
      ORDER BY "accounts"."login" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL FROM "accounts" LIMIT 1)
  )
  LIMIT 1
)
LEFT JOIN "accounts" AS "target_uuid" ON "target_uuid"."uuid" = (
  SELECT *
  FROM (
    SELECT *
    FROM (
      SELECT "accounts"."uuid"
      FROM "accounts"
      WHERE "accounts"."uuid" <= "request"."path"
      ORDER BY "accounts"."uuid" DESC
      LIMIT 1
    )
    UNION ALL
    SELECT *
    FROM (SELECT NULL FROM "accounts" LIMIT 1)
  )
  LIMIT 1
);
-- SCAN request
-- SEARCH signer_login USING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN
-- SEARCH accounts USING INDEX accounts_login_unique (login<?)
-- SCAN accounts USING COVERING INDEX accounts_login_unique
-- SEARCH signer_uuid USING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN
-- SEARCH accounts USING COVERING INDEX sqlite_autoindex_accounts_1 (uuid<?)
-- SCAN accounts USING COVERING INDEX accounts_login_unique
-- SEARCH key_name USING PRIMARY KEY (account=? AND name=?) LEFT-JOIN
-- SEARCH keys USING PRIMARY KEY (account=? AND name<?)
-- SCAN keys USING COVERING INDEX keys_fingerprint_sha256
-- SEARCH key_fingerprint USING PRIMARY KEY (account=? AND name=?) LEFT-JOIN
-- SEARCH keys USING COVERING INDEX keys_fingerprint (account=? AND fingerprint<?)
-- SCAN keys USING COVERING INDEX keys_fingerprint_sha256
-- SEARCH key_fingerprintSha256 USING PRIMARY KEY (account=? AND name=?) LEFT-JOIN
-- SEARCH keys USING COVERING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256<?)
-- SCAN keys USING COVERING INDEX keys_fingerprint_sha256
-- SEARCH limited_name USING PRIMARY KEY (account=? AND name=?) LEFT-JOIN
-- SEARCH limited_keys USING PRIMARY KEY (account=? AND name<?)
-- SCAN limited_keys USING COVERING INDEX limited_keys_fingerprint_sha256
-- SEARCH limited_fingerprint USING PRIMARY KEY (account=? AND name=?) LEFT-JOIN
-- SEARCH limited_keys USING COVERING INDEX limited_keys_fingerprint (account=? AND fingerprint<?)
-- SCAN limited_keys USING COVERING INDEX limited_keys_fingerprint_sha256
-- SEARCH limited_fingerprintSha256 USING PRIMARY KEY (account=? AND name=?) LEFT-JOIN
-- SEARCH limited_keys USING COVERING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256<?)
-- SCAN limited_keys USING COVERING INDEX limited_keys_fingerprint_sha256
-- SEARCH target_login USING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN
-- SEARCH accounts USING INDEX accounts_login_unique (login<?)
-- SCAN accounts USING COVERING INDEX accounts_login_unique
-- SEARCH target_uuid USING COVERING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN
-- SEARCH accounts USING COVERING INDEX sqlite_autoindex_accounts_1 (uuid<?)
-- SCAN accounts USING COVERING INDEX accounts_login_unique

-- src/db/authority.ts authorityStatement
select "caller"."hasAuthority" as "hasAuthority"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?2
        and "keys"."fingerprintSha256" = ?3
        and ?4 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?5 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?6
        and ?7 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?8, ?9) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?2
        and "limited_keys"."fingerprintSha256" = ?3
        and ?4 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?5 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?6
        and ?7 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?8
        AND "limited_keys"."expires" IS ?9
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller";
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller

-- src/db/client.ts healthStatement
SELECT "accounts"."uuid" FROM "accounts" LIMIT 1;
-- SCAN accounts USING COVERING INDEX sqlite_autoindex_accounts_1

-- src/db/near.ts heartbeatStatement
select CAST(unixepoch('subsec') * 1000 AS INTEGER) - "heartbeat"."at" as "age"
from "heartbeat"
where "heartbeat"."id" = 1;
-- SEARCH heartbeat USING INTEGER PRIMARY KEY (rowid=?)

-- src/db/near.ts moveHeartbeatStatement
INSERT INTO "heartbeat" (id, at) VALUES (1, CAST(unixepoch('subsec') * 1000 AS INTEGER))
ON CONFLICT (id) DO UPDATE
SET at = excluded.at
WHERE "heartbeat"."at" NOT BETWEEN excluded.at - ?1 AND excluded.at;

-- src/images/account-history.sql.ts removeOldRecords
DELETE
FROM "account_writes"
WHERE write_id IN (
  SELECT write_id
  FROM "account_writes"
  WHERE "account_writes"."account" = ?1
  AND "account_writes"."time" < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000
  ORDER BY time
  LIMIT 500
);
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=? AND time<?)

-- src/images/account-history.sql.ts removeOldRevisions
DELETE
FROM "image_revisions"
WHERE (image, revision) IN (
  SELECT kept.image, kept.revision
  FROM (
    SELECT image, max(revision) AS revision
    FROM (
      SELECT image, revision, bytes, sum(bytes) OVER (ORDER BY time, revision ROWS UNBOUNDED PRECEDING) AS removed
      FROM (
        SELECT image, revision, bytes, time
        FROM "image_revisions"
        WHERE "image_revisions"."holder" = ?1
        AND "image_revisions"."revision" < (
          SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
        )
        AND "image_revisions"."time" < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 60000
        ORDER BY time
        LIMIT 500
      )
    )
    WHERE removed - bytes < 1048576
    GROUP BY image
  ) AS oldest
  CROSS JOIN "image_revisions" AS kept ON kept.image = oldest.image
  AND kept.revision <= oldest.revision
);
-- SEARCH image_revisions USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=? AND time<?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN oldest
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision<?)

-- src/images/acl.sql.ts addAcl.apply
update "images"
set "acl" = "new"."acl", "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(?2, '$.changed', 'acl')
from (
  SELECT nullif(
    (
      SELECT json_group_array(account ORDER BY place)
      FROM (
        SELECT account, min(place) AS place
        FROM (
          SELECT value AS account, key AS place
          FROM json_each(coalesce("images"."acl", '[]'))
          UNION ALL
          SELECT value, 1000000000 + key
          FROM json_each(?3)
        )
        GROUP BY account
      )
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?4
  LIMIT 1
) AS "new"
where (
  "images"."uuid" = ?4
  and (
    "images"."owner" = ?5
    and NOT (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?5 AND "account_history"."bytes" >= ?6
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."acl" IS NOT "images"."acl"
  and json_array_length("new"."acl") <= ?7
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?8 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?8)))
      and (?9 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?9)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?18 > 0
    AND 8 * (
      coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?18,
          8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" = 'destroyed'
          )
      ),
        ?18
    )
  END IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)

-- src/images/acl.sql.ts addAcl.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      SELECT coalesce(
        CASE
          WHEN ?2 > 0
          AND 8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) > max(
            0,
              32768 - (
                coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
              )
          ) THEN nullif(
            max(
              ?2,
                8 * (
                  coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" <> 'destroyed'
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" = 'destroyed'
                )
            ),
              ?2
          )
        END,
          0
      )
      FROM (
        SELECT nullif(
          (
            SELECT json_group_array(account ORDER BY place)
            FROM (
              SELECT account, min(place) AS place
              FROM (
                SELECT value AS account, key AS place
                FROM json_each(coalesce("images"."acl", '[]'))
                UNION ALL
                SELECT value, 1000000000 + key
                FROM json_each(?3)
              )
              GROUP BY account
            )
          ),
            '[]'
        ) AS "acl"
        FROM "images"
        WHERE "images"."uuid" = ?4
        LIMIT 1
      ) AS "new"
      WHERE "new"."acl" IS NOT "images"."acl"
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?5 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?5)))
      and (?6 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?6)))
    )
    AND (
      ?7 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?7
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?16
left join "image_revisions" on "image_revisions"."write_id" = ?16
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?4)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
)
where (?17 OR changes() = 0);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)

-- src/images/acl.sql.ts addAcl.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (
  SELECT nullif(
    (
      SELECT json_group_array(account ORDER BY place)
      FROM (
        SELECT account, min(place) AS place
        FROM (
          SELECT value AS account, key AS place
          FROM json_each(coalesce("images"."acl", '[]'))
          UNION ALL
          SELECT value, 1000000000 + key
          FROM json_each(?5)
        )
        GROUP BY account
      )
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?6
  LIMIT 1
) AS "new"
WHERE (
  "images"."uuid" = ?6
  and "images"."state" <> 'destroyed'
  and ("images"."owner" = ?2 and "new"."acl" IS "images"."acl")
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and NOT (
    ?9 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?9
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/acl.sql.ts addAcl.rehearse
select "images"."uuid" as "uuid", "images"."name" as "name", "images"."version" as "version",
  "images"."description" as "description", "images"."homepage" as "homepage", "images"."eula" as "eula",
  "new"."acl" as "acl", "images"."tags" as "tags", "images"."os" as "os", "images"."type" as "type",
  "images"."requirements" as "requirements", "images"."image_size" as "image_size", "images"."files" as "files",
  "images"."published_at" as "published_at", "images"."owner" as "owner", "images"."public" as "public",
  "images"."state" as "state", "images"."origin" as "origin", "images"."error" as "error",
  "images"."revision" + 1 as "revision"
from "images"
inner join (
  SELECT nullif(
    (
      SELECT json_group_array(account ORDER BY place)
      FROM (
        SELECT account, min(place) AS place
        FROM (
          SELECT value AS account, key AS place
          FROM json_each(coalesce("images"."acl", '[]'))
          UNION ALL
          SELECT value, 1000000000 + key
          FROM json_each(?1)
        )
        GROUP BY account
      )
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?2
  LIMIT 1
) AS "new" on true
where (
  "images"."uuid" = ?2
  and (
    "images"."owner" = ?3
    and NOT (
      ?4 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?3 AND "account_history"."bytes" >= ?4
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."acl" IS NOT "images"."acl"
  and json_array_length("new"."acl") <= ?5
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?6)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?6)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?15, ?16) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?15
        AND "limited_keys"."expires" IS ?16
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?17 > 0
    AND 8 * (
      coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?17,
          8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?3
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?3
            AND "images"."state" = 'destroyed'
          )
      ),
        ?17
    )
  END IS NULL
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)

-- src/images/acl.sql.ts leave.apply
update "images"
set "acl" = "new"."acl", "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(?2, '$.changed', 'acl')
from (
  SELECT nullif(
    (
      SELECT json_group_array(value ORDER BY key)
      FROM json_each(coalesce("images"."acl", '[]'))
      WHERE value NOT IN (SELECT value FROM json_each(?3))
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?4
  LIMIT 1
) AS "new"
where (
  "images"."uuid" = ?4
  and "images"."owner" <> ?5
  AND "images"."state" IN ('active', 'disabled')
  AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?5)
  and "images"."state" <> 'destroyed'
  and "new"."acl" IS NOT "images"."acl"
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?6 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?6)))
      and (?7 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?7)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH image_acl EXISTS USING COVERING INDEX image_acl_account (account=? AND image=?)

-- src/images/acl.sql.ts leave.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (
  SELECT nullif(
    (
      SELECT json_group_array(value ORDER BY key)
      FROM json_each(coalesce("images"."acl", '[]'))
      WHERE value NOT IN (SELECT value FROM json_each(?5))
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?6
  LIMIT 1
) AS "new"
WHERE (
  "images"."uuid" = ?6
  and "images"."state" <> 'destroyed'
  and "images"."owner" <> ?2
  AND (
    ("images"."owner" = ?2 AND "images"."state" <> 'destroyed')
    OR ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
    OR (
      "images"."state" IN ('active', 'disabled')
      AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?2)
    )
  )
  AND NOT EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?2)
  AND ?5 <> '[]'
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and NOT (
    ?9 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?9
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SCAN new

-- src/images/acl.sql.ts leave.rehearse
select "images"."uuid" as "uuid", "images"."name" as "name", "images"."version" as "version",
  "images"."description" as "description", "images"."homepage" as "homepage", "images"."eula" as "eula",
  "new"."acl" as "acl", "images"."tags" as "tags", "images"."os" as "os", "images"."type" as "type",
  "images"."requirements" as "requirements", "images"."image_size" as "image_size", "images"."files" as "files",
  "images"."published_at" as "published_at", "images"."owner" as "owner", "images"."public" as "public",
  "images"."state" as "state", "images"."origin" as "origin", "images"."error" as "error",
  "images"."revision" + 1 as "revision"
from "images"
inner join (
  SELECT nullif(
    (
      SELECT json_group_array(value ORDER BY key)
      FROM json_each(coalesce("images"."acl", '[]'))
      WHERE value NOT IN (SELECT value FROM json_each(?1))
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?2
  LIMIT 1
) AS "new" on true
where (
  "images"."uuid" = ?2
  and "images"."owner" <> ?3
  AND "images"."state" IN ('active', 'disabled')
  AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?3)
  and "images"."state" <> 'destroyed'
  and "new"."acl" IS NOT "images"."acl"
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?4)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?4)
    and (
      (?5 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?5)))
      and (?6 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?6)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "keys"."account" = ?7
        and "keys"."fingerprintSha256" = ?8
        and ?9 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?13, ?14) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "limited_keys"."account" = ?7
        and "limited_keys"."fingerprintSha256" = ?8
        and ?9 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?13
        AND "limited_keys"."expires" IS ?14
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH image_acl EXISTS USING COVERING INDEX image_acl_account (account=? AND image=?)

-- src/images/acl.sql.ts removeAcl.apply
update "images"
set "acl" = "new"."acl", "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(?2, '$.changed', 'acl')
from (
  SELECT nullif(
    (
      SELECT json_group_array(value ORDER BY key)
      FROM json_each(coalesce("images"."acl", '[]'))
      WHERE value NOT IN (SELECT value FROM json_each(?3))
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?4
  LIMIT 1
) AS "new"
where (
  "images"."uuid" = ?4
  and (
    "images"."owner" = ?5
    and NOT (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?5 AND "account_history"."bytes" >= ?6
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."acl" IS NOT "images"."acl"
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?15, ?16) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?15
        AND "limited_keys"."expires" IS ?16
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/acl.sql.ts removeAcl.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      SELECT coalesce(NULL, 0)
      FROM (
        SELECT nullif(
          (
            SELECT json_group_array(value ORDER BY key)
            FROM json_each(coalesce("images"."acl", '[]'))
            WHERE value NOT IN (SELECT value FROM json_each(?2))
          ),
            '[]'
        ) AS "acl"
        FROM "images"
        WHERE "images"."uuid" = ?3
        LIMIT 1
      ) AS "new"
      WHERE "new"."acl" IS NOT "images"."acl"
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?4 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?4)))
      and (?5 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?5)))
    )
    AND (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?6
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?7
        and "keys"."fingerprintSha256" = ?8
        and ?9 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?13, ?14) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?7
        and "limited_keys"."fingerprintSha256" = ?8
        and ?9 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?13
        AND "limited_keys"."expires" IS ?14
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?15
left join "image_revisions" on "image_revisions"."write_id" = ?15
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?3)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
)
where (?16 OR changes() = 0);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN new
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)

-- src/images/acl.sql.ts removeAcl.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (
  SELECT nullif(
    (
      SELECT json_group_array(value ORDER BY key)
      FROM json_each(coalesce("images"."acl", '[]'))
      WHERE value NOT IN (SELECT value FROM json_each(?5))
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?6
  LIMIT 1
) AS "new"
WHERE (
  "images"."uuid" = ?6
  and "images"."state" <> 'destroyed'
  and ("images"."owner" = ?2 and "new"."acl" IS "images"."acl")
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and NOT (
    ?9 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?9
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/acl.sql.ts removeAcl.rehearse
select "images"."uuid" as "uuid", "images"."name" as "name", "images"."version" as "version",
  "images"."description" as "description", "images"."homepage" as "homepage", "images"."eula" as "eula",
  "new"."acl" as "acl", "images"."tags" as "tags", "images"."os" as "os", "images"."type" as "type",
  "images"."requirements" as "requirements", "images"."image_size" as "image_size", "images"."files" as "files",
  "images"."published_at" as "published_at", "images"."owner" as "owner", "images"."public" as "public",
  "images"."state" as "state", "images"."origin" as "origin", "images"."error" as "error",
  "images"."revision" + 1 as "revision"
from "images"
inner join (
  SELECT nullif(
    (
      SELECT json_group_array(value ORDER BY key)
      FROM json_each(coalesce("images"."acl", '[]'))
      WHERE value NOT IN (SELECT value FROM json_each(?1))
    ),
      '[]'
  ) AS "acl"
  FROM "images"
  WHERE "images"."uuid" = ?2
  LIMIT 1
) AS "new" on true
where (
  "images"."uuid" = ?2
  and (
    "images"."owner" = ?3
    and NOT (
      ?4 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?3 AND "account_history"."bytes" >= ?4
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."acl" IS NOT "images"."acl"
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?5)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?5)
    and (
      (?6 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?6)))
      and (?7 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?7)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/clone-image.sql.ts clone.apply
INSERT INTO "images" (
  "uuid", "name", "version", "description", "homepage", "eula", "acl", "tags", "os", "type", "requirements",
    "image_size", "files", "published_at", "owner", "public", "state", "origin", "error", "revision", "write_id",
    "write"
)
SELECT ?1 AS "uuid", "images"."name" AS "name", "images"."version" AS "version",
  "images"."description" AS "description", "images"."homepage" AS "homepage", "images"."eula" AS "eula", NULL AS "acl",
  "images"."tags" AS "tags", "images"."os" AS "os", "images"."type" AS "type",
  "images"."requirements" AS "requirements", "images"."image_size" AS "image_size", "images"."files" AS "files",
  ?2 AS "published_at", ?3 AS "owner", 0 AS "public", "images"."state" AS "state", "images"."origin" AS "origin",
  NULL AS "error", 1 AS "revision", ?4 AS "write_id", ?5 AS "write"
FROM "images"
WHERE "images"."uuid" = ?6
AND "images"."state" IN ('active', 'disabled')
AND "images"."type" IS NOT 'docker'
AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?3)
AND NOT (
  ?7 > 0
  AND (
    SELECT count(*)
    FROM ( SELECT 1 FROM "images" WHERE "images"."owner" = ?3 AND "images"."state" <> 'destroyed' LIMIT ?7 )
  ) >= ?7
)
AND NOT (
  ?8 > 0
  AND EXISTS (
    SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?3 AND "account_history"."bytes" >= ?8
  )
)
AND (
  NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?4)
  and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?4)
  and (
    (?9 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?9)))
    and (?10 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?10)))
  )
)
AND (
  exists (
    select 1
    from "keys"
    inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
    inner join "accounts" "target" on "target"."uuid" = ?3
    where (
      "keys"."account" = ?11
      and "keys"."fingerprintSha256" = ?12
      and ?13 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
      and ?14 IN ("signer"."login", "signer"."uuid")
      and "signer"."disabled" = ?15
      and ?16 IN ("target"."login", "target"."uuid")
      and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
      AND coalesce(?17, ?18) IS NULL
    )
  )
  OR exists (
    select 1
    from "limited_keys"
    inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
    inner join "accounts" "target" on "target"."uuid" = ?3
    where (
      "limited_keys"."account" = ?11
      and "limited_keys"."fingerprintSha256" = ?12
      and ?13 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
      and ?14 IN ("signer"."login", "signer"."uuid")
      and "signer"."disabled" = ?15
      and ?16 IN ("target"."login", "target"."uuid")
      and "signer"."uuid" = "target"."uuid"
      AND "limited_keys"."scope" IS ?17
      AND "limited_keys"."expires" IS ?18
      AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
    )
  )
)
AND CASE
  WHEN ?19 > 0
  AND coalesce(octet_length(NULL), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) > max(0, 32768 - (0)) THEN nullif(
    max(
      ?19,
        coalesce(octet_length(NULL), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + (
          SELECT total(
            coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
          )
          FROM "images"
          WHERE "images"."owner" = ?3
          AND "images"."state" <> 'destroyed'
        ) + (
          SELECT total(
            coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
          )
          FROM "images"
          WHERE "images"."owner" = ?3
          AND "images"."state" = 'destroyed'
        )
    ),
      ?19
  )
END IS NULL;
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH image_acl EXISTS USING COVERING INDEX image_acl_account (account=? AND image=?)

-- src/images/clone-image.sql.ts clone.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN coalesce(
      CASE
        WHEN ?2 > 0
        AND coalesce(octet_length(NULL), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) > max(0, 32768 - (0)) THEN nullif(
          max(
            ?2,
              coalesce(octet_length(NULL), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + (
                SELECT total(
                  coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
                )
                FROM "images"
                WHERE "images"."owner" = ?1
                AND "images"."state" <> 'destroyed'
              ) + (
                SELECT total(
                  coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
                )
                FROM "images"
                WHERE "images"."owner" = ?1
                AND "images"."state" = 'destroyed'
              )
          ),
            ?2
        )
      END,
        0
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?3 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?3)))
      and (?4 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?4)))
    )
    AND (
      ?5 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?5
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      ?6 > 0
      AND (
        SELECT count(*)
        FROM ( SELECT 1 FROM "images" WHERE "images"."owner" = ?1 AND "images"."state" <> 'destroyed' LIMIT ?6 )
      ) >= ?6
    )
    ELSE 0
  END as "isQuotaReached"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?7
        and "keys"."fingerprintSha256" = ?8
        and ?9 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?13, ?14) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?7
        and "limited_keys"."fingerprintSha256" = ?8
        and ?9 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?13
        AND "limited_keys"."expires" IS ?14
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?15
left join "image_revisions" on "image_revisions"."write_id" = ?15
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?16)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)
-- SEARCH images USING INDEX images_owner (owner=?)

-- src/images/clone-image.sql.ts clone.rehearse
SELECT ?1 AS "uuid", "images"."name" AS "name", "images"."version" AS "version",
  "images"."description" AS "description", "images"."homepage" AS "homepage", "images"."eula" AS "eula", NULL AS "acl",
  "images"."tags" AS "tags", "images"."os" AS "os", "images"."type" AS "type",
  "images"."requirements" AS "requirements", "images"."image_size" AS "image_size", "images"."files" AS "files",
  ?2 AS "published_at", ?3 AS "owner", 0 AS "public", "images"."state" AS "state", "images"."origin" AS "origin",
  NULL AS "error", 1 AS "revision", ?4 AS "write_id", ?5 AS "write"
FROM "images"
WHERE "images"."uuid" = ?6
AND "images"."state" IN ('active', 'disabled')
AND "images"."type" IS NOT 'docker'
AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?3)
AND NOT (
  ?7 > 0
  AND (
    SELECT count(*)
    FROM ( SELECT 1 FROM "images" WHERE "images"."owner" = ?3 AND "images"."state" <> 'destroyed' LIMIT ?7 )
  ) >= ?7
)
AND NOT (
  ?8 > 0
  AND EXISTS (
    SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?3 AND "account_history"."bytes" >= ?8
  )
)
AND (
  NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?4)
  and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?4)
  and (
    (?9 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?9)))
    and (?10 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?10)))
  )
)
AND (
  exists (
    select 1
    from "keys"
    inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
    inner join "accounts" "target" on "target"."uuid" = ?3
    where (
      "keys"."account" = ?11
      and "keys"."fingerprintSha256" = ?12
      and ?13 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
      and ?14 IN ("signer"."login", "signer"."uuid")
      and "signer"."disabled" = ?15
      and ?16 IN ("target"."login", "target"."uuid")
      and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
      AND coalesce(?17, ?18) IS NULL
    )
  )
  OR exists (
    select 1
    from "limited_keys"
    inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
    inner join "accounts" "target" on "target"."uuid" = ?3
    where (
      "limited_keys"."account" = ?11
      and "limited_keys"."fingerprintSha256" = ?12
      and ?13 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
      and ?14 IN ("signer"."login", "signer"."uuid")
      and "signer"."disabled" = ?15
      and ?16 IN ("target"."login", "target"."uuid")
      and "signer"."uuid" = "target"."uuid"
      AND "limited_keys"."scope" IS ?17
      AND "limited_keys"."expires" IS ?18
      AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
    )
  )
)
AND CASE
  WHEN ?19 > 0
  AND coalesce(octet_length(NULL), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) > max(0, 32768 - (0)) THEN nullif(
    max(
      ?19,
        coalesce(octet_length(NULL), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + (
          SELECT total(
            coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
          )
          FROM "images"
          WHERE "images"."owner" = ?3
          AND "images"."state" <> 'destroyed'
        ) + (
          SELECT total(
            coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
          )
          FROM "images"
          WHERE "images"."owner" = ?3
          AND "images"."state" = 'destroyed'
        )
    ),
      ?19
  )
END IS NULL;
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH image_acl EXISTS USING COVERING INDEX image_acl_account (account=? AND image=?)

-- src/images/delete-image.sql.ts deletion.apply
update "images"
set "state" = "new"."state", "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(?2, '$.changed', 'state')
from (SELECT 'destroyed' AS "state" FROM "images" WHERE "images"."uuid" = ?3 LIMIT 1) AS "new"
where (
  "images"."uuid" = ?3
  and (
    "images"."owner" = ?4
    and NOT (
      ?5 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?4 AND "account_history"."bytes" >= ?5
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."state" IS NOT "images"."state"
  and NOT EXISTS (
    SELECT 1 FROM "images" AS "dependent" WHERE "dependent"."origin" = ?3 AND "dependent"."state" <> 'destroyed'
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?6 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?6)))
      and (?7 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?7)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?4
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?4
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH dependent USING INDEX images_origin (origin=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/delete-image.sql.ts deletion.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      SELECT coalesce(NULL, 0)
      FROM (SELECT 'destroyed' AS "state" FROM "images" WHERE "images"."uuid" = ?2 LIMIT 1) AS "new"
      WHERE "new"."state" IS NOT "images"."state"
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?3 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?3)))
      and (?4 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?4)))
    )
    AND (
      ?5 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?5
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs",
  EXISTS (
    SELECT 1 FROM "images" AS "dependent" WHERE "dependent"."origin" = ?2 AND "dependent"."state" <> 'destroyed'
  ) as "hasDependents",
  (
    SELECT json_group_array(uuid)
    FROM (
      SELECT "dependent"."uuid" AS uuid
      FROM "images" AS "dependent"
      WHERE "dependent"."origin" = ?2
      AND "dependent"."state" <> 'destroyed'
      AND (
        ("dependent"."owner" = ?1 AND "dependent"."state" <> 'destroyed')
        OR ("dependent"."public" = 1 AND "dependent"."state" IN ('active', 'disabled'))
        OR (
          "dependent"."state" IN ('active', 'disabled')
          AND EXISTS (
            SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "dependent"."uuid" AND "image_acl"."account" = ?1
          )
        )
      )
      AND (?6 IS NULL OR "dependent"."uuid" IN (SELECT value FROM json_each(?6)))
      ORDER BY "dependent"."uuid"
      LIMIT 10
    )
  ) as "visibleDependents"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?7
        and "keys"."fingerprintSha256" = ?8
        and ?9 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?13, ?14) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?7
        and "limited_keys"."fingerprintSha256" = ?8
        and ?9 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?13
        AND "limited_keys"."expires" IS ?14
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?15
left join "image_revisions" on "image_revisions"."write_id" = ?15
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?2)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN new
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)
-- SEARCH dependent USING INDEX images_origin (origin=?)
-- SEARCH dependent USING INDEX images_origin (origin=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)

-- src/images/delete-image.sql.ts deletion.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (SELECT 'destroyed' AS "state" FROM "images" WHERE "images"."uuid" = ?5 LIMIT 1) AS "new"
WHERE (
  "images"."uuid" = ?5
  and "images"."state" <> 'destroyed'
  and ("images"."owner" = ?2 and "new"."state" IS "images"."state")
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?6 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?6)))
      and (?7 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?7)))
    )
  )
  and NOT (
    ?8 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?8
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?15, ?16) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?15
        AND "limited_keys"."expires" IS ?16
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/delete-image.sql.ts deletion.rehearse
select "images"."uuid" as "uuid", "images"."name" as "name", "images"."version" as "version",
  "images"."description" as "description", "images"."homepage" as "homepage", "images"."eula" as "eula",
  "images"."acl" as "acl", "images"."tags" as "tags", "images"."os" as "os", "images"."type" as "type",
  "images"."requirements" as "requirements", "images"."image_size" as "image_size", "images"."files" as "files",
  "images"."published_at" as "published_at", "images"."owner" as "owner", "images"."public" as "public",
  "new"."state" as "state", "images"."origin" as "origin", "images"."error" as "error",
  "images"."revision" + 1 as "revision"
from "images"
inner join (SELECT 'destroyed' AS "state" FROM "images" WHERE "images"."uuid" = ?1 LIMIT 1) AS "new" on true
where (
  "images"."uuid" = ?1
  and (
    "images"."owner" = ?2
    and NOT (
      ?3 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?3
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."state" IS NOT "images"."state"
  and NOT EXISTS (
    SELECT 1 FROM "images" AS "dependent" WHERE "dependent"."origin" = ?1 AND "dependent"."state" <> 'destroyed'
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?4)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?4)
    and (
      (?5 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?5)))
      and (?6 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?6)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?7
        and "keys"."fingerprintSha256" = ?8
        and ?9 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?13, ?14) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?7
        and "limited_keys"."fingerprintSha256" = ?8
        and ?9 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?13
        AND "limited_keys"."expires" IS ?14
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
);
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH dependent USING INDEX images_origin (origin=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/delete-image.sql.ts purgeStatement
DELETE
FROM "images"
WHERE rowid IN (
  SELECT rowid
  FROM "images"
  WHERE "images"."owner" = ?1
  AND "images"."state" = 'destroyed'
  ORDER BY rowid DESC
  LIMIT 4 OFFSET ?2
);
-- SEARCH images USING INTEGER PRIMARY KEY (rowid=?)
-- SEARCH images USING COVERING INDEX images_destroyed (owner=?)

-- src/images/get-image.sql.ts getImageStatement
select "caller"."hasAuthority" as "hasAuthority", "images"."uuid" as "image_uuid", "images"."name" as "image_name",
  "images"."version" as "image_version", "images"."description" as "image_description",
  "images"."homepage" as "image_homepage", "images"."eula" as "image_eula", "images"."acl" as "image_acl",
  "images"."tags" as "image_tags", "images"."os" as "image_os", "images"."type" as "image_type",
  "images"."requirements" as "image_requirements", "images"."image_size" as "image_image_size",
  "images"."files" as "image_files", "images"."published_at" as "image_published_at",
  "images"."owner" as "image_owner", "images"."public" as "image_public", "images"."state" as "image_state",
  "images"."origin" as "image_origin", "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?2
        and "keys"."fingerprintSha256" = ?3
        and ?4 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?5 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?6
        and ?7 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?8, ?9) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?2
        and "limited_keys"."fingerprintSha256" = ?3
        and ?4 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?5 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?6
        and ?7 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?8
        AND "limited_keys"."expires" IS ?9
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "images" on "images"."uuid" = ?10;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)

-- src/images/get-image.sql.ts revisionStatement
select "caller"."hasAuthority" as "hasAuthority",
  coalesce((SELECT "accounts"."operator" FROM "accounts" WHERE "accounts"."uuid" = ?1), 0)
AND coalesce(?2, ?3) IS NULL as "isOperator",
  (
    SELECT min(kept.revision)
    FROM "image_revisions" AS kept
    WHERE kept.image = ?4
    AND kept.revision >= (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?4) - ?5 + 1
  ) as "oldest",
  "image_history"."image" as "revision_uuid", "image_history"."revision" as "revision_revision",
  "image_history"."name" as "revision_name", "image_history"."version" as "revision_version",
  "image_history"."description" as "revision_description", "image_history"."homepage" as "revision_homepage",
  "image_history"."eula" as "revision_eula", "image_history"."acl" as "revision_acl",
  "image_history"."tags" as "revision_tags", "image_history"."os" as "revision_os",
  "image_history"."type" as "revision_type", "image_history"."requirements" as "revision_requirements",
  "image_history"."image_size" as "revision_image_size", "image_history"."files" as "revision_files",
  "image_history"."published_at" as "revision_published_at", "image_history"."owner" as "revision_owner",
  "image_history"."public" as "revision_public", "image_history"."state" as "revision_state",
  "image_history"."origin" as "revision_origin", "image_history"."error" as "revision_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?6
  ) as "image_isShared"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?6
      where (
        "keys"."account" = ?1
        and "keys"."fingerprintSha256" = ?7
        and ?8 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?9 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?10
        and ?11 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?2, ?3) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?6
      where (
        "limited_keys"."account" = ?1
        and "limited_keys"."fingerprintSha256" = ?7
        and ?8 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?9 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?10
        and ?11 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?2
        AND "limited_keys"."expires" IS ?3
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "images" on "images"."uuid" = ?4
left join "image_history" on (
  "image_history"."image" = ?4
  and "image_history"."revision" = ?12
  and "image_history"."revision" >= (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?4) - ?5 + 1
);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)

-- src/images/image-audit.sql.ts auditedStatement
select "caller"."hasAuthority" as "hasAuthority", "images"."uuid" as "image_uuid", "images"."name" as "image_name",
  "images"."version" as "image_version", "images"."description" as "image_description",
  "images"."homepage" as "image_homepage", "images"."eula" as "image_eula", "images"."acl" as "image_acl",
  "images"."tags" as "image_tags", "images"."os" as "image_os", "images"."type" as "image_type",
  "images"."requirements" as "image_requirements", "images"."image_size" as "image_image_size",
  "images"."files" as "image_files", "images"."published_at" as "image_published_at",
  "images"."owner" as "image_owner", "images"."public" as "image_public", "images"."state" as "image_state",
  "images"."origin" as "image_origin", "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  coalesce((SELECT "accounts"."operator" FROM "accounts" WHERE "accounts"."uuid" = ?2), 0)
AND coalesce(?3, ?4) IS NULL as "isOperator"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?2
        and "keys"."fingerprintSha256" = ?5
        and ?6 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?7 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?8
        and ?9 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?3, ?4) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?2
        and "limited_keys"."fingerprintSha256" = ?5
        and ?6 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?7 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?8
        and ?9 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?3
        AND "limited_keys"."expires" IS ?4
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "images" on "images"."uuid" = ?10;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?)

-- src/images/image-audit.sql.ts newestStatement
select "image" as "uuid", "revision" as "revision", "name" as "name", "version" as "version",
  "description" as "description", "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags",
  "os" as "os", "type" as "type", "requirements" as "requirements", "image_size" as "image_size", "files" as "files",
  "published_at" as "published_at", "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin",
  "error" as "error"
from "image_history"
where (
  "image_history"."image" = ?1
  and "image_history"."revision" = (
    SELECT max(newest.revision) FROM "image_revisions" AS newest WHERE newest.image = ?1 AND newest.revision < ?2
  )
);
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH newest USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision<?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)

-- src/images/image-audit.sql.ts pageStatement
select "image_revisions"."image" as "image", "image_revisions"."revision" as "revision",
  "image_revisions"."time" as "time", "image_revisions"."account" as "account",
  "image_revisions"."key_sha256" as "key_sha256", "image_revisions"."key_scope" as "key_scope",
  "image_revisions"."request_id" as "request_id", "image_revisions"."operation" as "operation",
  "image_revisions"."changed" as "changed", "image_revisions"."is_cut" as "is_cut", "image_revisions"."name" as "name",
  "image_revisions"."version" as "version", "image_revisions"."description" as "description",
  "image_revisions"."homepage" as "homepage", "image_revisions"."eula" as "eula", "image_revisions"."acl" as "acl",
  "image_revisions"."tags" as "tags", "image_revisions"."os" as "os", "image_revisions"."type" as "type",
  "image_revisions"."requirements" as "requirements", "image_revisions"."image_size" as "image_size",
  "image_revisions"."files" as "files", "image_revisions"."published_at" as "published_at",
  "image_revisions"."owner" as "owner", "image_revisions"."public" as "public", "image_revisions"."state" as "state",
  "image_revisions"."origin" as "origin", "image_revisions"."error" as "error", "accounts"."login" as "login",
  "page"."matching" as "matching"
from (
  SELECT revision, count(*) OVER () AS "matching",
    sum(bytes) OVER (ORDER BY revision DESC ROWS UNBOUNDED PRECEDING) - bytes AS "before"
  FROM (
    SELECT revision, bytes
    FROM "image_revisions"
    WHERE (
      "image_revisions"."image" = ?1
      and (?2 IS NULL OR "image_revisions"."revision" < ?2)
      and "image_revisions"."revision" > (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?1) - ?3
    )
    ORDER BY revision DESC
    LIMIT ?4
  )
) AS "page"
inner join "image_revisions" on ("image_revisions"."image" = ?1 and "image_revisions"."revision" = "page"."revision")
left join "accounts" on "accounts"."uuid" = "image_revisions"."account"
where "page"."before" < 256000
order by "image_revisions"."revision" desc;
-- SEARCH image_revisions USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN page
-- SEARCH image_revisions USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN

-- src/images/list-changes.sql.ts changesStatement
select "image_revisions"."image" as "image", "image_revisions"."revision" as "revision",
  "image_revisions"."time" as "time", "image_revisions"."account" as "account",
  "image_revisions"."key_sha256" as "key_sha256", "image_revisions"."key_scope" as "key_scope",
  "image_revisions"."request_id" as "request_id", "image_revisions"."operation" as "operation",
  "image_revisions"."changed" as "changed", "image_revisions"."is_cut" as "is_cut", "image_revisions"."name" as "name",
  "image_revisions"."version" as "version", "image_revisions"."description" as "description",
  "image_revisions"."homepage" as "homepage", "image_revisions"."eula" as "eula", "image_revisions"."acl" as "acl",
  "image_revisions"."tags" as "tags", "image_revisions"."os" as "os", "image_revisions"."type" as "type",
  "image_revisions"."requirements" as "requirements", "image_revisions"."image_size" as "image_size",
  "image_revisions"."files" as "files", "image_revisions"."published_at" as "published_at",
  "image_revisions"."owner" as "owner", "image_revisions"."public" as "public", "image_revisions"."state" as "state",
  "image_revisions"."origin" as "origin", "image_revisions"."error" as "error",
  "image_revisions"."write_id" as "writeId", "accounts"."login" as "login", "page"."sequence" as "sequence",
  "page"."isFirst" as "isFirst", "image_history"."image" as "after_uuid",
  "image_history"."revision" as "after_revision",
  CASE WHEN instr("page"."later", ',name,') > 0 THEN "image_history"."name" ELSE "images"."name" END as "after_name",
  CASE
    WHEN instr("page"."later", ',version,') > 0 THEN "image_history"."version" ELSE "images"."version"
  END as "after_version",
  CASE
    WHEN (
      "page"."isFirst" OR instr(', ' || "image_revisions"."changed" || ',', ', description,') > 0
    ) THEN CASE
      WHEN instr("page"."later", ',description,') > 0 THEN "image_history"."description" ELSE "images"."description"
    END
  END as "after_description",
  CASE
    WHEN instr("page"."later", ',homepage,') > 0 THEN "image_history"."homepage" ELSE "images"."homepage"
  END as "after_homepage",
  CASE WHEN instr("page"."later", ',eula,') > 0 THEN "image_history"."eula" ELSE "images"."eula" END as "after_eula",
  CASE
    WHEN (
      "page"."isFirst" OR instr(', ' || "image_revisions"."changed" || ',', ', acl,') > 0
    ) THEN CASE
      WHEN instr("page"."later", ',acl,') > 0 THEN "image_history"."acl" ELSE "images"."acl"
    END
  END as "after_acl",
  CASE
    WHEN (
      "page"."isFirst" OR instr(', ' || "image_revisions"."changed" || ',', ', tags,') > 0
    ) THEN CASE
      WHEN instr("page"."later", ',tags,') > 0 THEN "image_history"."tags" ELSE "images"."tags"
    END
  END as "after_tags",
  CASE WHEN instr("page"."later", ',os,') > 0 THEN "image_history"."os" ELSE "images"."os" END as "after_os",
  CASE WHEN instr("page"."later", ',type,') > 0 THEN "image_history"."type" ELSE "images"."type" END as "after_type",
  CASE
    WHEN (
      "page"."isFirst" OR instr(', ' || "image_revisions"."changed" || ',', ', requirements,') > 0
    ) THEN CASE
      WHEN instr("page"."later", ',requirements,') > 0 THEN "image_history"."requirements"
      ELSE "images"."requirements"
    END
  END as "after_requirements",
  CASE
    WHEN instr("page"."later", ',image_size,') > 0 THEN "image_history"."image_size" ELSE "images"."image_size"
  END as "after_image_size",
  CASE
    WHEN (
      "page"."isFirst" OR instr(', ' || "image_revisions"."changed" || ',', ', files,') > 0
    ) THEN CASE
      WHEN instr("page"."later", ',files,') > 0 THEN "image_history"."files" ELSE "images"."files"
    END
  END as "after_files",
  CASE
    WHEN instr("page"."later", ',published_at,') > 0 THEN "image_history"."published_at" ELSE "images"."published_at"
  END as "after_published_at",
  CASE
    WHEN instr("page"."later", ',owner,') > 0 THEN "image_history"."owner" ELSE "images"."owner"
  END as "after_owner",
  CASE
    WHEN instr("page"."later", ',public,') > 0 THEN "image_history"."public" ELSE "images"."public"
  END as "after_public",
  CASE
    WHEN instr("page"."later", ',state,') > 0 THEN "image_history"."state" ELSE "images"."state"
  END as "after_state",
  CASE
    WHEN instr("page"."later", ',origin,') > 0 THEN "image_history"."origin" ELSE "images"."origin"
  END as "after_origin",
  CASE
    WHEN instr("page"."later", ',error,') > 0 THEN "image_history"."error" ELSE "images"."error"
  END as "after_error"
from (
  SELECT cut.*,
    (
      SELECT ',' || replace(group_concat(DISTINCT later.changed), ' ', '') || ','
      FROM "image_revisions" AS later
      WHERE later.image = cut.image
      AND later.revision > cut.revision
    ) AS "later"
  FROM (
    SELECT place.*, sum(weight) OVER (ORDER BY sequence ROWS UNBOUNDED PRECEDING) - weight AS "before"
    FROM (
      SELECT place.*,
        2 * bytes + 64 * ("images"."revision" - place.revision) + iif(
          "isFirst",
            coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0),
            0
        ) AS weight
      FROM (
        SELECT *
        FROM (
          SELECT image, revision, kept.bytes, sequence,
            ((kept.changed IS NULL OR kept.is_cut) OR instr(', ' || kept.changed || ',', ', owner,') > 0) AS "isFirst"
          FROM (
            SELECT account, max(removed, coalesce(?1, 0)) AS "from"
            FROM "account_history"
            WHERE account = ?2
            AND newest IS NOT ?3
            LIMIT 1
          ) AS own
          CROSS JOIN "image_revisions" AS kept ON kept.feed = own.account
          WHERE sequence > own."from"
          ORDER BY sequence
          LIMIT ?4
        )
        UNION ALL
        SELECT *
        FROM (
          SELECT image, revision, kept.bytes, left_sequence, (kept.changed IS NULL OR kept.is_cut)
          FROM (
            SELECT account, max(removed, coalesce(?1, 0)) AS "from"
            FROM "account_history"
            WHERE account = ?2
            AND newest IS NOT ?3
            LIMIT 1
          ) AS own
          CROSS JOIN "image_revisions" AS kept ON kept.left_feed = own.account
          WHERE left_sequence > own."from"
          ORDER BY left_sequence
          LIMIT ?4
        )
        ORDER BY sequence
        LIMIT ?4
      ) AS place
      INNER JOIN "images" ON "images"."uuid" = place.image
    ) AS place
  ) AS cut
  WHERE cut."before" < 256000
) AS "page"
inner join "image_revisions" on (
  "image_revisions"."image" = "page"."image" and "image_revisions"."revision" = "page"."revision"
)
inner join "image_history" on (
  "image_history"."image" = "page"."image" and "image_history"."revision" = "page"."revision"
)
inner join "images" on "images"."uuid" = "page"."image"
left join "accounts" on "accounts"."uuid" = "image_revisions"."account"
order by "page"."sequence";
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SCAN own
-- SEARCH kept USING INDEX image_revisions_feed (feed=? AND sequence>?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SCAN own
-- SEARCH kept USING INDEX image_revisions_left (left_feed=? AND left_sequence>?)
-- SCAN place
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN cut
-- SEARCH image_revisions USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH accounts USING INDEX sqlite_autoindex_accounts_1 (uuid=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)

-- src/images/list-changes.sql.ts feedStatement
select "caller"."hasAuthority" as "hasAuthority", coalesce("account_history"."newest", 0) as "newest",
  coalesce("account_history"."removed", 0) as "removed",
  coalesce(
    (SELECT write_id FROM "image_revisions" WHERE feed = ?1 AND sequence = coalesce(?2, "account_history"."newest")),
      (
        SELECT left.write_id
        FROM "account_history" AS own
        INNER JOIN "image_revisions" AS left ON left.left_feed = own.account
        WHERE own.account = ?1
        AND left.left_sequence = coalesce(?2, own.newest)
      )
  ) as "writeThere"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?3
        and "keys"."fingerprintSha256" = ?4
        and ?5 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?6 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?7
        and ?8 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?9, ?10) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?3
        and "limited_keys"."fingerprintSha256" = ?4
        and ?5 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?6 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?7
        and ?8 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?9
        AND "limited_keys"."expires" IS ?10
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_history" on "account_history"."account" = ?1;
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_history USING PRIMARY KEY (account=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_feed (feed=? AND sequence=?)
-- SEARCH own USING PRIMARY KEY (account=?)
-- SEARCH left USING INDEX image_revisions_left (left_feed=? AND left_sequence=?)

-- src/images/list-images.sql.ts idsStatement
select "uuid" as "uuid"
from "images"
where (
  (
    "images".rowid IN (
      SELECT rowid
      FROM (
        SELECT rowid
        FROM "images"
        WHERE ("images"."owner" = ?1 AND "images"."state" <> 'destroyed')
        UNION
        SELECT rowid
        FROM "images"
        WHERE ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
        UNION
        SELECT "images".rowid
        FROM "image_acl"
        CROSS JOIN "images" ON "images"."uuid" = "image_acl"."image"
        WHERE "image_acl"."account" = ?1
        AND "images"."state" IN ('active', 'disabled')
      )
      WHERE ?2 <> 'destroyed'
      UNION ALL
      SELECT rowid
      FROM "images"
      WHERE ?2 = 'destroyed'
      AND "images"."owner" = ?1
      AND "images"."state" = 'destroyed'
      AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
    )
    and (?3 IS NULL OR "images"."uuid" IN (SELECT value FROM json_each(?3)))
    and CASE
      ?2
      WHEN 'active' THEN "images"."state" = 'active'
      WHEN 'all' THEN "images"."owner" = ?1
      OR "images"."state" = 'active'
      WHEN 'unactivated' THEN "images"."owner" = ?1
      AND "images"."state" IN ('unactivated', 'creating', 'failed')
      ELSE "images"."owner" = ?1
      AND +"images"."state" = ?2
    END
    and (?4 IS NULL OR "images"."name" = ?4)
    and (?5 IS NULL OR instr("images"."name", ?5) > 0)
    and (?6 IS NULL OR "images"."os" = ?6)
    and (?7 IS NULL OR "images"."version" = ?7)
    and (?8 IS NULL OR instr("images"."version", ?8) > 0)
    and (?9 IS NULL OR "images"."type" IS NOT ?9)
    and (?10 IS NULL OR "images"."type" = ?10)
    and (?11 IS NULL OR ("images"."type" NOT IN ('', 'null') AND ("images"."type" = 'zvol') = ?11))
    and (?12 IS NULL OR +"images"."public" = ?12)
    and (?13 IS NULL OR "images"."owner" = ?13)
    and (
      ?14 IS NULL
      OR (
        coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid"
      ) > (
        SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', m.published_at), ''), m.uuid FROM "images" m WHERE m.uuid = ?14
      )
    )
    and (?15 IS NULL OR coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), '') >= ?15)
  )
  and (
    ?16 IS NULL
    OR CASE
      WHEN (
        SELECT total(octet_length("images"."tags"))
        FROM "images"
        WHERE (
          "images".rowid IN (
            SELECT rowid
            FROM (
              SELECT rowid
              FROM "images"
              WHERE ("images"."owner" = ?1 AND "images"."state" <> 'destroyed')
              UNION
              SELECT rowid
              FROM "images"
              WHERE ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
              UNION
              SELECT "images".rowid
              FROM "image_acl"
              CROSS JOIN "images" ON "images"."uuid" = "image_acl"."image"
              WHERE "image_acl"."account" = ?1
              AND "images"."state" IN ('active', 'disabled')
            )
            WHERE ?2 <> 'destroyed'
            UNION ALL
            SELECT rowid
            FROM "images"
            WHERE ?2 = 'destroyed'
            AND "images"."owner" = ?1
            AND "images"."state" = 'destroyed'
            AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
          )
          and (?3 IS NULL OR "images"."uuid" IN (SELECT value FROM json_each(?3)))
          and CASE
            ?2
            WHEN 'active' THEN "images"."state" = 'active'
            WHEN 'all' THEN "images"."owner" = ?1
            OR "images"."state" = 'active'
            WHEN 'unactivated' THEN "images"."owner" = ?1
            AND "images"."state" IN ('unactivated', 'creating', 'failed')
            ELSE "images"."owner" = ?1
            AND +"images"."state" = ?2
          END
          and (?4 IS NULL OR "images"."name" = ?4)
          and (?5 IS NULL OR instr("images"."name", ?5) > 0)
          and (?6 IS NULL OR "images"."os" = ?6)
          and (?7 IS NULL OR "images"."version" = ?7)
          and (?8 IS NULL OR instr("images"."version", ?8) > 0)
          and (?9 IS NULL OR "images"."type" IS NOT ?9)
          and (?10 IS NULL OR "images"."type" = ?10)
          and (?11 IS NULL OR ("images"."type" NOT IN ('', 'null') AND ("images"."type" = 'zvol') = ?11))
          and (?12 IS NULL OR +"images"."public" = ?12)
          and (?13 IS NULL OR "images"."owner" = ?13)
          and (
            ?14 IS NULL
            OR (
              coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid"
            ) > (
              SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', m.published_at), ''), m.uuid
              FROM "images" m
              WHERE m.uuid = ?14
            )
          )
          and (?15 IS NULL OR coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), '') >= ?15)
        )
      ) <= 1000000 THEN NOT EXISTS (
        SELECT 1
        FROM json_each(?16) AS wanted
        WHERE coalesce("images"."tags" -> (wanted.value ->> 0) NOT IN (wanted.value ->> 1, wanted.value ->> 2), 1)
      )
      ELSE 0
    END
  )
)
order by coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid"
limit ?17;
-- SEARCH images USING INTEGER PRIMARY KEY (rowid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING COVERING INDEX images_public (state=?)
-- SEARCH image_acl USING COVERING INDEX image_acl_account (account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH image_revisions EXISTS USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH m USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INTEGER PRIMARY KEY (rowid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING COVERING INDEX images_public (state=?)
-- SEARCH image_acl USING COVERING INDEX image_acl_account (account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH image_revisions EXISTS USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH m USING INDEX sqlite_autoindex_images_1 (uuid=?)

-- src/images/list-images.sql.ts listStatement
select "uuid" as "uuid", "name" as "name", "version" as "version",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."description"
  END as "description",
  "homepage" as "homepage", "eula" as "eula",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."acl"
  END as "acl",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."tags"
  END as "tags",
  "os" as "os", "type" as "type",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."requirements"
  END as "requirements",
  "image_size" as "image_size",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."files"
  END as "files",
  "published_at" as "published_at", "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin",
  "error" as "error", "revision" as "revision",
  coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) as "bytes"
from "images"
where (
  (
    "images".rowid IN (
      SELECT rowid
      FROM (
        SELECT rowid
        FROM "images"
        WHERE ("images"."owner" = ?1 AND "images"."state" <> 'destroyed')
        UNION
        SELECT rowid
        FROM "images"
        WHERE ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
        UNION
        SELECT "images".rowid
        FROM "image_acl"
        CROSS JOIN "images" ON "images"."uuid" = "image_acl"."image"
        WHERE "image_acl"."account" = ?1
        AND "images"."state" IN ('active', 'disabled')
      )
      WHERE ?2 <> 'destroyed'
      UNION ALL
      SELECT rowid
      FROM "images"
      WHERE ?2 = 'destroyed'
      AND "images"."owner" = ?1
      AND "images"."state" = 'destroyed'
      AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
    )
    and (?3 IS NULL OR "images"."uuid" IN (SELECT value FROM json_each(?3)))
    and CASE
      ?2
      WHEN 'active' THEN "images"."state" = 'active'
      WHEN 'all' THEN "images"."owner" = ?1
      OR "images"."state" = 'active'
      WHEN 'unactivated' THEN "images"."owner" = ?1
      AND "images"."state" IN ('unactivated', 'creating', 'failed')
      ELSE "images"."owner" = ?1
      AND +"images"."state" = ?2
    END
    and (?4 IS NULL OR "images"."name" = ?4)
    and (?5 IS NULL OR instr("images"."name", ?5) > 0)
    and (?6 IS NULL OR "images"."os" = ?6)
    and (?7 IS NULL OR "images"."version" = ?7)
    and (?8 IS NULL OR instr("images"."version", ?8) > 0)
    and (?9 IS NULL OR "images"."type" IS NOT ?9)
    and (?10 IS NULL OR "images"."type" = ?10)
    and (?11 IS NULL OR ("images"."type" NOT IN ('', 'null') AND ("images"."type" = 'zvol') = ?11))
    and (?12 IS NULL OR +"images"."public" = ?12)
    and (?13 IS NULL OR "images"."owner" = ?13)
    and (
      ?14 IS NULL
      OR (
        coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid"
      ) > (
        SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', m.published_at), ''), m.uuid FROM "images" m WHERE m.uuid = ?14
      )
    )
    and (?15 IS NULL OR coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), '') >= ?15)
  )
  and (
    ?16 IS NULL
    OR CASE
      WHEN (
        SELECT total(octet_length("images"."tags"))
        FROM "images"
        WHERE (
          "images".rowid IN (
            SELECT rowid
            FROM (
              SELECT rowid
              FROM "images"
              WHERE ("images"."owner" = ?1 AND "images"."state" <> 'destroyed')
              UNION
              SELECT rowid
              FROM "images"
              WHERE ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
              UNION
              SELECT "images".rowid
              FROM "image_acl"
              CROSS JOIN "images" ON "images"."uuid" = "image_acl"."image"
              WHERE "image_acl"."account" = ?1
              AND "images"."state" IN ('active', 'disabled')
            )
            WHERE ?2 <> 'destroyed'
            UNION ALL
            SELECT rowid
            FROM "images"
            WHERE ?2 = 'destroyed'
            AND "images"."owner" = ?1
            AND "images"."state" = 'destroyed'
            AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
          )
          and (?3 IS NULL OR "images"."uuid" IN (SELECT value FROM json_each(?3)))
          and CASE
            ?2
            WHEN 'active' THEN "images"."state" = 'active'
            WHEN 'all' THEN "images"."owner" = ?1
            OR "images"."state" = 'active'
            WHEN 'unactivated' THEN "images"."owner" = ?1
            AND "images"."state" IN ('unactivated', 'creating', 'failed')
            ELSE "images"."owner" = ?1
            AND +"images"."state" = ?2
          END
          and (?4 IS NULL OR "images"."name" = ?4)
          and (?5 IS NULL OR instr("images"."name", ?5) > 0)
          and (?6 IS NULL OR "images"."os" = ?6)
          and (?7 IS NULL OR "images"."version" = ?7)
          and (?8 IS NULL OR instr("images"."version", ?8) > 0)
          and (?9 IS NULL OR "images"."type" IS NOT ?9)
          and (?10 IS NULL OR "images"."type" = ?10)
          and (?11 IS NULL OR ("images"."type" NOT IN ('', 'null') AND ("images"."type" = 'zvol') = ?11))
          and (?12 IS NULL OR +"images"."public" = ?12)
          and (?13 IS NULL OR "images"."owner" = ?13)
          and (
            ?14 IS NULL
            OR (
              coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid"
            ) > (
              SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', m.published_at), ''), m.uuid
              FROM "images" m
              WHERE m.uuid = ?14
            )
          )
          and (?15 IS NULL OR coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), '') >= ?15)
        )
      ) <= 1000000 THEN NOT EXISTS (
        SELECT 1
        FROM json_each(?16) AS wanted
        WHERE coalesce("images"."tags" -> (wanted.value ->> 0) NOT IN (wanted.value ->> 1, wanted.value ->> 2), 1)
      )
      ELSE 0
    END
  )
)
order by coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid"
limit ?17;
-- SEARCH images USING INTEGER PRIMARY KEY (rowid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING COVERING INDEX images_public (state=?)
-- SEARCH image_acl USING COVERING INDEX image_acl_account (account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH image_revisions EXISTS USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH m USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INTEGER PRIMARY KEY (rowid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING COVERING INDEX images_public (state=?)
-- SEARCH image_acl USING COVERING INDEX image_acl_account (account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH image_revisions EXISTS USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH m USING INDEX sqlite_autoindex_images_1 (uuid=?)

-- src/images/list-images.sql.ts pageStatement
select "uuid" as "uuid", "name" as "name", "version" as "version",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."description"
  END as "description",
  "homepage" as "homepage", "eula" as "eula",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."acl"
  END as "acl",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."tags"
  END as "tags",
  "os" as "os", "type" as "type",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."requirements"
  END as "requirements",
  "image_size" as "image_size",
  CASE
    WHEN coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) <= 4096 THEN "images"."files"
  END as "files",
  "published_at" as "published_at", "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin",
  "error" as "error", "revision" as "revision",
  coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) as "bytes"
from "images"
where "images"."uuid" IN (SELECT value FROM json_each(?1))
AND CASE
  ?2
  WHEN 'destroyed' THEN "images"."owner" = ?3
  AND "images"."state" = 'destroyed'
  AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
  ELSE (
    ("images"."owner" = ?3 AND "images"."state" <> 'destroyed')
    OR ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
    OR (
      "images"."state" IN ('active', 'disabled')
      AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?3)
    )
  )
END
order by coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid";
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)

-- src/images/list-images.sql.ts wholeStatement
select "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision"
from "images"
where "images"."uuid" IN (SELECT value FROM json_each(?1))
AND CASE
  ?2
  WHEN 'destroyed' THEN "images"."owner" = ?3
  AND "images"."state" = 'destroyed'
  AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
  ELSE (
    ("images"."owner" = ?3 AND "images"."state" <> 'destroyed')
    OR ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
    OR (
      "images"."state" IN ('active', 'disabled')
      AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?3)
    )
  )
END;
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)

-- src/images/revert-image.sql.ts revert.apply
update "images"
set "name" = "new"."name", "version" = "new"."version", "description" = "new"."description",
  "homepage" = "new"."homepage", "eula" = "new"."eula", "acl" = "new"."acl", "tags" = "new"."tags",
  "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(
    ?2, '$.changed',
      substr(
        iif("new"."name" IS NOT "images"."name", ', name', '') || iif(
          "new"."version" IS NOT "images"."version", ', version', ''
        ) || iif(
          "new"."description" IS NOT "images"."description", ', description', ''
        ) || iif(
          "new"."homepage" IS NOT "images"."homepage", ', homepage', ''
        ) || iif("new"."eula" IS NOT "images"."eula", ', eula', '') || iif("new"."acl" IS NOT "images"."acl", ', acl', '') || iif("new"."tags" IS NOT "images"."tags", ', tags', ''),
          3
      )
  )
from (
  SELECT "kept"."name" AS "name", "kept"."version" AS "version", "kept"."description" AS "description",
    "kept"."homepage" AS "homepage", "kept"."eula" AS "eula",
    CASE WHEN ?3 = 1 THEN "kept"."acl" ELSE "images"."acl" END AS "acl", "kept"."tags" AS "tags"
  FROM "images",
    (
      SELECT *
      FROM "image_history"
      WHERE (
        "image_history"."image" = ?4
        and "image_history"."revision" = ?5
        and "image_history"."revision" >= (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?4) - ?6 + 1
      )
      LIMIT 1
    ) AS "kept"
  WHERE "images"."uuid" = ?4
  LIMIT 1
) AS "new"
where (
  "images"."uuid" = ?4
  and (
    "images"."owner" = ?7
    and NOT (
      ?8 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?7 AND "account_history"."bytes" >= ?8
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and (
    "new"."name" IS NOT "images"."name"
    or "new"."version" IS NOT "images"."version"
    or "new"."description" IS NOT "images"."description"
    or "new"."homepage" IS NOT "images"."homepage"
    or "new"."eula" IS NOT "images"."eula"
    or "new"."acl" IS NOT "images"."acl"
    or "new"."tags" IS NOT "images"."tags"
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?9 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?9)))
      and (?10 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?10)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?7
      where (
        "keys"."account" = ?11
        and "keys"."fingerprintSha256" = ?12
        and ?13 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?14 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?15
        and ?16 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?17, ?18) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?7
      where (
        "limited_keys"."account" = ?11
        and "limited_keys"."fingerprintSha256" = ?12
        and ?13 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?14 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?15
        and ?16 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?17
        AND "limited_keys"."expires" IS ?18
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?19 > 0
    AND 8 * (
      coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?19,
          8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?7
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?7
            AND "images"."state" = 'destroyed'
          )
      ),
        ?19
    )
  END IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN kept
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)

-- src/images/revert-image.sql.ts revert.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      SELECT coalesce(
        CASE
          WHEN ?2 > 0
          AND 8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
          ) > max(
            0,
              32768 - (
                coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
              )
          ) THEN nullif(
            max(
              ?2,
                8 * (
                  coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
                ) + 1 * (
                  coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
                ) + 1 * (
                  coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" <> 'destroyed'
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" = 'destroyed'
                )
            ),
              ?2
          )
        END,
          0
      )
      FROM (
        SELECT "kept"."name" AS "name", "kept"."version" AS "version", "kept"."description" AS "description",
          "kept"."homepage" AS "homepage", "kept"."eula" AS "eula",
          CASE WHEN ?3 = 1 THEN "kept"."acl" ELSE "images"."acl" END AS "acl", "kept"."tags" AS "tags"
        FROM "images",
          (
            SELECT *
            FROM "image_history"
            WHERE (
              "image_history"."image" = ?4
              and "image_history"."revision" = ?5
              and "image_history"."revision" >= (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?4
              ) - ?6 + 1
            )
            LIMIT 1
          ) AS "kept"
        WHERE "images"."uuid" = ?4
        LIMIT 1
      ) AS "new"
      WHERE (
        "new"."name" IS NOT "images"."name"
        or "new"."version" IS NOT "images"."version"
        or "new"."description" IS NOT "images"."description"
        or "new"."homepage" IS NOT "images"."homepage"
        or "new"."eula" IS NOT "images"."eula"
        or "new"."acl" IS NOT "images"."acl"
        or "new"."tags" IS NOT "images"."tags"
      )
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
    AND (
      ?9 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?9
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs",
  (
    SELECT min(kept.revision)
    FROM "image_revisions" AS kept
    WHERE kept.image = ?4
    AND kept.revision >= (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?4) - ?6 + 1
  ) as "oldest",
  EXISTS (
    SELECT 1
    FROM (
      SELECT *
      FROM "image_history"
      WHERE (
        "image_history"."image" = ?4
        and "image_history"."revision" = ?5
        and "image_history"."revision" >= (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?4) - ?6 + 1
      )
      LIMIT 1
    ) AS "kept"
  ) as "isKept"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?18
left join "image_revisions" on "image_revisions"."write_id" = ?18
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?4)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN kept
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN kept

-- src/images/revert-image.sql.ts revert.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (
  SELECT "kept"."name" AS "name", "kept"."version" AS "version", "kept"."description" AS "description",
    "kept"."homepage" AS "homepage", "kept"."eula" AS "eula",
    CASE WHEN ?5 = 1 THEN "kept"."acl" ELSE "images"."acl" END AS "acl", "kept"."tags" AS "tags"
  FROM "images",
    (
      SELECT *
      FROM "image_history"
      WHERE (
        "image_history"."image" = ?6
        and "image_history"."revision" = ?7
        and "image_history"."revision" >= (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?6) - ?8 + 1
      )
      LIMIT 1
    ) AS "kept"
  WHERE "images"."uuid" = ?6
  LIMIT 1
) AS "new"
WHERE (
  "images"."uuid" = ?6
  and "images"."state" <> 'destroyed'
  and (
    "images"."owner" = ?2
    and "new"."name" IS "images"."name"
    and "new"."version" IS "images"."version"
    and "new"."description" IS "images"."description"
    and "new"."homepage" IS "images"."homepage"
    and "new"."eula" IS "images"."eula"
    and "new"."acl" IS "images"."acl"
    and "new"."tags" IS "images"."tags"
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?9 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?9)))
      and (?10 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?10)))
    )
  )
  and NOT (
    ?11 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?11
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?12
        and "keys"."fingerprintSha256" = ?13
        and ?14 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?15 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?16
        and ?17 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?18, ?19) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?12
        and "limited_keys"."fingerprintSha256" = ?13
        and ?14 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?15 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?16
        and ?17 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?18
        AND "limited_keys"."expires" IS ?19
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN kept
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/revert-image.sql.ts revert.rehearse
select "images"."uuid" as "uuid", "new"."name" as "name", "new"."version" as "version",
  "new"."description" as "description", "new"."homepage" as "homepage", "new"."eula" as "eula", "new"."acl" as "acl",
  "new"."tags" as "tags", "images"."os" as "os", "images"."type" as "type", "images"."requirements" as "requirements",
  "images"."image_size" as "image_size", "images"."files" as "files", "images"."published_at" as "published_at",
  "images"."owner" as "owner", "images"."public" as "public", "images"."state" as "state",
  "images"."origin" as "origin", "images"."error" as "error", "images"."revision" + 1 as "revision"
from "images"
inner join (
  SELECT "kept"."name" AS "name", "kept"."version" AS "version", "kept"."description" AS "description",
    "kept"."homepage" AS "homepage", "kept"."eula" AS "eula",
    CASE WHEN ?1 = 1 THEN "kept"."acl" ELSE "images"."acl" END AS "acl", "kept"."tags" AS "tags"
  FROM "images",
    (
      SELECT *
      FROM "image_history"
      WHERE (
        "image_history"."image" = ?2
        and "image_history"."revision" = ?3
        and "image_history"."revision" >= (SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = ?2) - ?4 + 1
      )
      LIMIT 1
    ) AS "kept"
  WHERE "images"."uuid" = ?2
  LIMIT 1
) AS "new" on true
where (
  "images"."uuid" = ?2
  and (
    "images"."owner" = ?5
    and NOT (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?5 AND "account_history"."bytes" >= ?6
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and (
    "new"."name" IS NOT "images"."name"
    or "new"."version" IS NOT "images"."version"
    or "new"."description" IS NOT "images"."description"
    or "new"."homepage" IS NOT "images"."homepage"
    or "new"."eula" IS NOT "images"."eula"
    or "new"."acl" IS NOT "images"."acl"
    or "new"."tags" IS NOT "images"."tags"
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?7)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?7)
    and (
      (?8 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?8)))
      and (?9 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?9)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?18 > 0
    AND 8 * (
      coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?18,
          8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" = 'destroyed'
          )
      ),
        ?18
    )
  END IS NULL
);
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN kept
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)

-- src/images/search-tags.sql.ts candidatesStatement
select "uuid" as "uuid", coalesce(octet_length("images"."tags"), 0) as "bytes"
from "images"
where (
  "images".rowid IN (
    SELECT rowid
    FROM (
      SELECT rowid
      FROM "images"
      WHERE ("images"."owner" = ?1 AND "images"."state" <> 'destroyed')
      UNION
      SELECT rowid
      FROM "images"
      WHERE ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
      UNION
      SELECT "images".rowid
      FROM "image_acl"
      CROSS JOIN "images" ON "images"."uuid" = "image_acl"."image"
      WHERE "image_acl"."account" = ?1
      AND "images"."state" IN ('active', 'disabled')
    )
    WHERE ?2 <> 'destroyed'
    UNION ALL
    SELECT rowid
    FROM "images"
    WHERE ?2 = 'destroyed'
    AND "images"."owner" = ?1
    AND "images"."state" = 'destroyed'
    AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
  )
  and (?3 IS NULL OR "images"."uuid" IN (SELECT value FROM json_each(?3)))
  and CASE
    ?2
    WHEN 'active' THEN "images"."state" = 'active'
    WHEN 'all' THEN "images"."owner" = ?1
    OR "images"."state" = 'active'
    WHEN 'unactivated' THEN "images"."owner" = ?1
    AND "images"."state" IN ('unactivated', 'creating', 'failed')
    ELSE "images"."owner" = ?1
    AND +"images"."state" = ?2
  END
  and (?4 IS NULL OR "images"."name" = ?4)
  and (?5 IS NULL OR instr("images"."name", ?5) > 0)
  and (?6 IS NULL OR "images"."os" = ?6)
  and (?7 IS NULL OR "images"."version" = ?7)
  and (?8 IS NULL OR instr("images"."version", ?8) > 0)
  and (?9 IS NULL OR "images"."type" IS NOT ?9)
  and (?10 IS NULL OR "images"."type" = ?10)
  and (?11 IS NULL OR ("images"."type" NOT IN ('', 'null') AND ("images"."type" = 'zvol') = ?11))
  and (?12 IS NULL OR +"images"."public" = ?12)
  and (?13 IS NULL OR "images"."owner" = ?13)
  and (
    ?14 IS NULL
    OR (
      coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid"
    ) > (
      SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', m.published_at), ''), m.uuid FROM "images" m WHERE m.uuid = ?14
    )
  )
  and (?15 IS NULL OR coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), '') >= ?15)
)
order by coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid";
-- SEARCH images USING INTEGER PRIMARY KEY (rowid=?)
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING COVERING INDEX images_public (state=?)
-- SEARCH image_acl USING COVERING INDEX image_acl_account (account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH image_revisions EXISTS USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH m USING INDEX sqlite_autoindex_images_1 (uuid=?)

-- src/images/search-tags.sql.ts taggedStatement
select "uuid" as "uuid"
from "images"
where "images"."uuid" IN (SELECT value FROM json_each(?1))
AND CASE
  ?2
  WHEN 'destroyed' THEN "images"."owner" = ?3
  AND "images"."state" = 'destroyed'
  AND EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."image" = "images"."uuid")
  ELSE (
    ("images"."owner" = ?3 AND "images"."state" <> 'destroyed')
    OR ("images"."public" = 1 AND "images"."state" IN ('active', 'disabled'))
    OR (
      "images"."state" IN ('active', 'disabled')
      AND EXISTS (SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?3)
    )
  )
END
AND NOT EXISTS (
  SELECT 1
  FROM json_each(?4) AS wanted
  WHERE coalesce("images"."tags" -> (wanted.value ->> 0) NOT IN (wanted.value ->> 1, wanted.value ->> 2), 1)
)
order by coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', "images"."published_at"), ''), "images"."uuid";
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)

-- src/images/tags.sql.ts addTags.apply
update "images"
set "tags" = "new"."tags", "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(?2, '$.changed', 'tags')
from (
  SELECT (
    WITH image(tags) AS MATERIALIZED (SELECT "images"."tags" FROM "images" WHERE "images"."uuid" = ?3),
      sent(name, text) AS MATERIALIZED (SELECT key, value FROM json_each(?4)),
      stored(found, pieces) AS MATERIALIZED (
        SELECT count(sent.name),
          group_concat(
            json_quote(tag.key) || ':' || coalesce(
              sent.text,
                CASE
                  WHEN tag.type = 'text' THEN json_quote(tag.value)
                  WHEN tag.type IN ('integer', 'real')
                  AND (
                    typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991
                  ) THEN image.tags -> tag.fullkey
                  WHEN tag.type IN ('true', 'false', 'null') THEN tag.type
                  ELSE tag.value
                END
            ),
              ','
          )
        FROM image
        CROSS JOIN json_each(image.tags) AS tag
        LEFT JOIN sent ON sent.name = tag.key
      )
    SELECT CASE
      WHEN (SELECT count(*) FROM sent) = 0 THEN (SELECT tags FROM image)
      WHEN (
        SELECT count(*)
        FROM image
        CROSS JOIN json_each(image.tags) AS tag
        WHERE tag.type IN ('integer', 'real')
        AND (typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991)
      ) > 100 THEN NULL
      ELSE (
        SELECT '{' || concat_ws(
          ',', pieces,
            CASE
              WHEN found < (SELECT count(*) FROM sent) THEN (
                SELECT group_concat(json_quote(name) || ':' || text, ',')
                FROM sent
                WHERE name NOT IN (SELECT tag.key FROM image CROSS JOIN json_each(image.tags) AS tag)
              )
            END
        ) || '}'
        FROM stored
      )
    END
  ) AS "tags"
  FROM "images"
  WHERE "images"."uuid" = ?3
  LIMIT 1
) AS "new"
where (
  "images"."uuid" = ?3
  and (
    "images"."owner" = ?5
    and NOT (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?5 AND "account_history"."bytes" >= ?6
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."tags" IS NOT NULL
  AND "new"."tags" IS NOT "images"."tags"
  and octet_length("new"."tags") <= max(?7, octet_length(coalesce("images"."tags", '')))
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?8 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?8)))
      and (?9 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?9)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?18 > 0
    AND 1 * (
      coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?18,
          1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" = 'destroyed'
          )
      ),
        ?18
    )
  END IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN image
-- SCAN image
-- SCAN image
-- SEARCH sent USING AUTOMATIC COVERING INDEX (name=?) LEFT-JOIN
-- SCAN stored
-- SCAN sent
-- SCAN sent
-- SCAN image
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)

-- src/images/tags.sql.ts addTags.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      SELECT coalesce(
        CASE
          WHEN ?2 > 0
          AND 1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) > max(
            0,
              32768 - (
                coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
              )
          ) THEN nullif(
            max(
              ?2,
                1 * (
                  coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" <> 'destroyed'
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" = 'destroyed'
                )
            ),
              ?2
          )
        END,
          0
      )
      FROM (
        SELECT (
          WITH image(tags) AS MATERIALIZED (SELECT "images"."tags" FROM "images" WHERE "images"."uuid" = ?3),
            sent(name, text) AS MATERIALIZED (SELECT key, value FROM json_each(?4)),
            stored(found, pieces) AS MATERIALIZED (
              SELECT count(sent.name),
                group_concat(
                  json_quote(tag.key) || ':' || coalesce(
                    sent.text,
                      CASE
                        WHEN tag.type = 'text' THEN json_quote(tag.value)
                        WHEN tag.type IN ('integer', 'real')
                        AND (
                          typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991
                        ) THEN image.tags -> tag.fullkey
                        WHEN tag.type IN ('true', 'false', 'null') THEN tag.type
                        ELSE tag.value
                      END
                  ),
                    ','
                )
              FROM image
              CROSS JOIN json_each(image.tags) AS tag
              LEFT JOIN sent ON sent.name = tag.key
            )
          SELECT CASE
            WHEN (SELECT count(*) FROM sent) = 0 THEN (SELECT tags FROM image)
            WHEN (
              SELECT count(*)
              FROM image
              CROSS JOIN json_each(image.tags) AS tag
              WHERE tag.type IN ('integer', 'real')
              AND (typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991)
            ) > 100 THEN NULL
            ELSE (
              SELECT '{' || concat_ws(
                ',', pieces,
                  CASE
                    WHEN found < (SELECT count(*) FROM sent) THEN (
                      SELECT group_concat(json_quote(name) || ':' || text, ',')
                      FROM sent
                      WHERE name NOT IN (SELECT tag.key FROM image CROSS JOIN json_each(image.tags) AS tag)
                    )
                  END
              ) || '}'
              FROM stored
            )
          END
        ) AS "tags"
        FROM "images"
        WHERE "images"."uuid" = ?3
        LIMIT 1
      ) AS "new"
      WHERE "new"."tags" IS NOT NULL
      AND "new"."tags" IS NOT "images"."tags"
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?5 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?5)))
      and (?6 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?6)))
    )
    AND (
      ?7 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?7
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?16
left join "image_revisions" on "image_revisions"."write_id" = ?16
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?3)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
)
where (?17 OR changes() = 0);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN image
-- SCAN image
-- SCAN image
-- SEARCH sent USING AUTOMATIC COVERING INDEX (name=?) LEFT-JOIN
-- SCAN stored
-- SCAN sent
-- SCAN sent
-- SCAN image
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)

-- src/images/tags.sql.ts addTags.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (
  SELECT (
    WITH image(tags) AS MATERIALIZED (SELECT "images"."tags" FROM "images" WHERE "images"."uuid" = ?5),
      sent(name, text) AS MATERIALIZED (SELECT key, value FROM json_each(?6)),
      stored(found, pieces) AS MATERIALIZED (
        SELECT count(sent.name),
          group_concat(
            json_quote(tag.key) || ':' || coalesce(
              sent.text,
                CASE
                  WHEN tag.type = 'text' THEN json_quote(tag.value)
                  WHEN tag.type IN ('integer', 'real')
                  AND (
                    typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991
                  ) THEN image.tags -> tag.fullkey
                  WHEN tag.type IN ('true', 'false', 'null') THEN tag.type
                  ELSE tag.value
                END
            ),
              ','
          )
        FROM image
        CROSS JOIN json_each(image.tags) AS tag
        LEFT JOIN sent ON sent.name = tag.key
      )
    SELECT CASE
      WHEN (SELECT count(*) FROM sent) = 0 THEN (SELECT tags FROM image)
      WHEN (
        SELECT count(*)
        FROM image
        CROSS JOIN json_each(image.tags) AS tag
        WHERE tag.type IN ('integer', 'real')
        AND (typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991)
      ) > 100 THEN NULL
      ELSE (
        SELECT '{' || concat_ws(
          ',', pieces,
            CASE
              WHEN found < (SELECT count(*) FROM sent) THEN (
                SELECT group_concat(json_quote(name) || ':' || text, ',')
                FROM sent
                WHERE name NOT IN (SELECT tag.key FROM image CROSS JOIN json_each(image.tags) AS tag)
              )
            END
        ) || '}'
        FROM stored
      )
    END
  ) AS "tags"
  FROM "images"
  WHERE "images"."uuid" = ?5
  LIMIT 1
) AS "new"
WHERE (
  "images"."uuid" = ?5
  and "images"."state" <> 'destroyed'
  and ("images"."owner" = ?2 and "new"."tags" IS "images"."tags")
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and NOT (
    ?9 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?9
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN image
-- SCAN image
-- SCAN image
-- SEARCH sent USING AUTOMATIC COVERING INDEX (name=?) LEFT-JOIN
-- SCAN stored
-- SCAN sent
-- SCAN sent
-- SCAN image
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/tags.sql.ts addTags.rehearse
select "images"."uuid" as "uuid", "images"."name" as "name", "images"."version" as "version",
  "images"."description" as "description", "images"."homepage" as "homepage", "images"."eula" as "eula",
  "images"."acl" as "acl", "new"."tags" as "tags", "images"."os" as "os", "images"."type" as "type",
  "images"."requirements" as "requirements", "images"."image_size" as "image_size", "images"."files" as "files",
  "images"."published_at" as "published_at", "images"."owner" as "owner", "images"."public" as "public",
  "images"."state" as "state", "images"."origin" as "origin", "images"."error" as "error",
  "images"."revision" + 1 as "revision"
from "images"
inner join (
  SELECT (
    WITH image(tags) AS MATERIALIZED (SELECT "images"."tags" FROM "images" WHERE "images"."uuid" = ?1),
      sent(name, text) AS MATERIALIZED (SELECT key, value FROM json_each(?2)),
      stored(found, pieces) AS MATERIALIZED (
        SELECT count(sent.name),
          group_concat(
            json_quote(tag.key) || ':' || coalesce(
              sent.text,
                CASE
                  WHEN tag.type = 'text' THEN json_quote(tag.value)
                  WHEN tag.type IN ('integer', 'real')
                  AND (
                    typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991
                  ) THEN image.tags -> tag.fullkey
                  WHEN tag.type IN ('true', 'false', 'null') THEN tag.type
                  ELSE tag.value
                END
            ),
              ','
          )
        FROM image
        CROSS JOIN json_each(image.tags) AS tag
        LEFT JOIN sent ON sent.name = tag.key
      )
    SELECT CASE
      WHEN (SELECT count(*) FROM sent) = 0 THEN (SELECT tags FROM image)
      WHEN (
        SELECT count(*)
        FROM image
        CROSS JOIN json_each(image.tags) AS tag
        WHERE tag.type IN ('integer', 'real')
        AND (typeof(tag.value) = 'real' OR tag.value NOT BETWEEN -9007199254740991 AND 9007199254740991)
      ) > 100 THEN NULL
      ELSE (
        SELECT '{' || concat_ws(
          ',', pieces,
            CASE
              WHEN found < (SELECT count(*) FROM sent) THEN (
                SELECT group_concat(json_quote(name) || ':' || text, ',')
                FROM sent
                WHERE name NOT IN (SELECT tag.key FROM image CROSS JOIN json_each(image.tags) AS tag)
              )
            END
        ) || '}'
        FROM stored
      )
    END
  ) AS "tags"
  FROM "images"
  WHERE "images"."uuid" = ?1
  LIMIT 1
) AS "new" on true
where (
  "images"."uuid" = ?1
  and (
    "images"."owner" = ?3
    and NOT (
      ?4 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?3 AND "account_history"."bytes" >= ?4
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and "new"."tags" IS NOT NULL
  AND "new"."tags" IS NOT "images"."tags"
  and octet_length("new"."tags") <= max(?5, octet_length(coalesce("images"."tags", '')))
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?6)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?6)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?15, ?16) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?15
        AND "limited_keys"."expires" IS ?16
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?17 > 0
    AND 1 * (
      coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?17,
          1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?3
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?3
            AND "images"."state" = 'destroyed'
          )
      ),
        ?17
    )
  END IS NULL
);
-- SEARCH images USING COVERING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN image
-- SCAN image
-- SCAN image
-- SEARCH sent USING AUTOMATIC COVERING INDEX (name=?) LEFT-JOIN
-- SCAN stored
-- SCAN sent
-- SCAN sent
-- SCAN image
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)

-- src/images/tags.sql.ts deleteTags.apply
update "images"
set "tags" = "new"."tags", "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(?2, '$.changed', 'tags')
from (
  SELECT CASE WHEN ?3 IS NULL THEN '{}' ELSE json_remove("images"."tags", ?3) END AS "tags"
  FROM "images"
  WHERE "images"."uuid" = ?4
  LIMIT 1
) AS "new"
where (
  "images"."uuid" = ?4
  and (
    "images"."owner" = ?5
    and NOT (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?5 AND "account_history"."bytes" >= ?6
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and CASE WHEN ?3 IS NULL THEN "images"."tags" <> '{}' ELSE json_type("images"."tags", ?3) IS NOT NULL END
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?15, ?16) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?15
        AND "limited_keys"."expires" IS ?16
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/tags.sql.ts deleteTags.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      SELECT coalesce(NULL, 0)
      FROM (
        SELECT CASE WHEN ?2 IS NULL THEN '{}' ELSE json_remove("images"."tags", ?2) END AS "tags"
        FROM "images"
        WHERE "images"."uuid" = ?3
        LIMIT 1
      ) AS "new"
      WHERE CASE WHEN ?2 IS NULL THEN "images"."tags" <> '{}' ELSE json_type("images"."tags", ?2) IS NOT NULL END
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?4 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?4)))
      and (?5 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?5)))
    )
    AND (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?6
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?7
        and "keys"."fingerprintSha256" = ?8
        and ?9 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?13, ?14) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?7
        and "limited_keys"."fingerprintSha256" = ?8
        and ?9 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?10 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?11
        and ?12 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?13
        AND "limited_keys"."expires" IS ?14
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?15
left join "image_revisions" on "image_revisions"."write_id" = ?15
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?3)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
)
where (?16 OR changes() = 0);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN new
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)

-- src/images/tags.sql.ts deleteTags.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (
  SELECT CASE WHEN ?5 IS NULL THEN '{}' ELSE json_remove("images"."tags", ?5) END AS "tags"
  FROM "images"
  WHERE "images"."uuid" = ?6
  LIMIT 1
) AS "new"
WHERE (
  "images"."uuid" = ?6
  and "images"."state" <> 'destroyed'
  and "images"."owner" = ?2
  AND ?5 IS NULL
  AND coalesce("images"."tags", '{}') = '{}'
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and NOT (
    ?9 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?9
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/tags.sql.ts deleteTags.rehearse
select "images"."uuid" as "uuid", "images"."name" as "name", "images"."version" as "version",
  "images"."description" as "description", "images"."homepage" as "homepage", "images"."eula" as "eula",
  "images"."acl" as "acl", "new"."tags" as "tags", "images"."os" as "os", "images"."type" as "type",
  "images"."requirements" as "requirements", "images"."image_size" as "image_size", "images"."files" as "files",
  "images"."published_at" as "published_at", "images"."owner" as "owner", "images"."public" as "public",
  "images"."state" as "state", "images"."origin" as "origin", "images"."error" as "error",
  "images"."revision" + 1 as "revision"
from "images"
inner join (
  SELECT CASE WHEN ?1 IS NULL THEN '{}' ELSE json_remove("images"."tags", ?1) END AS "tags"
  FROM "images"
  WHERE "images"."uuid" = ?2
  LIMIT 1
) AS "new" on true
where (
  "images"."uuid" = ?2
  and (
    "images"."owner" = ?3
    and NOT (
      ?4 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?3 AND "account_history"."bytes" >= ?4
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and CASE WHEN ?1 IS NULL THEN "images"."tags" <> '{}' ELSE json_type("images"."tags", ?1) IS NOT NULL END
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?5)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?5)
    and (
      (?6 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?6)))
      and (?7 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?7)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and NULL IS NULL
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/update-image.sql.ts update.apply
update "images"
set "name" = "new"."name", "version" = "new"."version", "description" = "new"."description",
  "homepage" = "new"."homepage", "eula" = "new"."eula", "acl" = "new"."acl", "tags" = "new"."tags",
  "revision" = "images"."revision" + 1, "write_id" = ?1,
  "write" = json_set(
    ?2, '$.changed',
      substr(
        iif("new"."name" IS NOT "images"."name", ', name', '') || iif(
          "new"."version" IS NOT "images"."version", ', version', ''
        ) || iif(
          "new"."description" IS NOT "images"."description", ', description', ''
        ) || iif(
          "new"."homepage" IS NOT "images"."homepage", ', homepage', ''
        ) || iif("new"."eula" IS NOT "images"."eula", ', eula', '') || iif("new"."acl" IS NOT "images"."acl", ', acl', '') || iif("new"."tags" IS NOT "images"."tags", ', tags', ''),
          3
      )
  )
from (
  SELECT CASE
    WHEN json_type("sent"."patch", '$.name') IS NOT NULL THEN "sent"."patch" ->> '$.name' ELSE "images"."name"
  END AS "name",
    CASE
      WHEN json_type("sent"."patch", '$.version') IS NOT NULL THEN "sent"."patch" ->> '$.version'
      ELSE "images"."version"
    END AS "version",
    CASE
      WHEN json_type("sent"."patch", '$.description') IS NOT NULL THEN "sent"."patch" ->> '$.description'
      ELSE "images"."description"
    END AS "description",
    CASE
      WHEN json_type("sent"."patch", '$.homepage') IS NOT NULL THEN "sent"."patch" ->> '$.homepage'
      ELSE "images"."homepage"
    END AS "homepage",
    CASE
      WHEN json_type("sent"."patch", '$.eula') IS NOT NULL THEN "sent"."patch" ->> '$.eula' ELSE "images"."eula"
    END AS "eula",
    CASE
      WHEN json_type("sent"."patch", '$.acl') IS NOT NULL THEN "sent"."patch" ->> '$.acl' ELSE "images"."acl"
    END AS "acl",
    CASE
      WHEN json_type("sent"."patch", '$.tags') IS NOT NULL THEN "sent"."patch" ->> '$.tags' ELSE "images"."tags"
    END AS "tags"
  FROM "images", (SELECT ?3 AS "patch") AS "sent"
  WHERE "images"."uuid" = ?4
  LIMIT 1
) AS "new"
where (
  "images"."uuid" = ?4
  and (
    "images"."owner" = ?5
    and NOT (
      ?6 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?5 AND "account_history"."bytes" >= ?6
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and (
    "new"."name" IS NOT "images"."name"
    or "new"."version" IS NOT "images"."version"
    or "new"."description" IS NOT "images"."description"
    or "new"."homepage" IS NOT "images"."homepage"
    or "new"."eula" IS NOT "images"."eula"
    or "new"."acl" IS NOT "images"."acl"
    or "new"."tags" IS NOT "images"."tags"
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "keys"."account" = ?9
        and "keys"."fingerprintSha256" = ?10
        and ?11 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?15, ?16) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?5
      where (
        "limited_keys"."account" = ?9
        and "limited_keys"."fingerprintSha256" = ?10
        and ?11 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?12 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?13
        and ?14 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?15
        AND "limited_keys"."expires" IS ?16
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?17 > 0
    AND 8 * (
      coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?17,
          8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?5
            AND "images"."state" = 'destroyed'
          )
      ),
        ?17
    )
  END IS NULL
)
returning "uuid" as "uuid", "name" as "name", "version" as "version", "description" as "description",
  "homepage" as "homepage", "eula" as "eula", "acl" as "acl", "tags" as "tags", "os" as "os", "type" as "type",
  "requirements" as "requirements", "image_size" as "image_size", "files" as "files", "published_at" as "published_at",
  "owner" as "owner", "public" as "public", "state" as "state", "origin" as "origin", "error" as "error",
  "revision" as "revision", "images"."write" ->> '$.changed' as "changed";
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)

-- src/images/update-image.sql.ts update.outcome
select "caller"."hasAuthority" as "hasAuthority",
  coalesce("account_writes"."write_id", "image_revisions"."write_id") as "record_writeId",
  coalesce("account_writes"."request_hash", "image_revisions"."request_hash") as "record_requestHash",
  coalesce("account_writes"."attempt_id", "image_revisions"."attempt_id") as "record_httpRequestId",
  coalesce("account_writes"."changed", "image_revisions"."changed") as "record_changed",
  coalesce("account_writes"."revision", "image_revisions"."revision") as "record_revision",
  "image_history"."image" as "asWritten_uuid", "image_history"."revision" as "asWritten_revision",
  "image_history"."name" as "asWritten_name", "image_history"."version" as "asWritten_version",
  "image_history"."description" as "asWritten_description", "image_history"."homepage" as "asWritten_homepage",
  "image_history"."eula" as "asWritten_eula", "image_history"."acl" as "asWritten_acl",
  "image_history"."tags" as "asWritten_tags", "image_history"."os" as "asWritten_os",
  "image_history"."type" as "asWritten_type", "image_history"."requirements" as "asWritten_requirements",
  "image_history"."image_size" as "asWritten_image_size", "image_history"."files" as "asWritten_files",
  "image_history"."published_at" as "asWritten_published_at", "image_history"."owner" as "asWritten_owner",
  "image_history"."public" as "asWritten_public", "image_history"."state" as "asWritten_state",
  "image_history"."origin" as "asWritten_origin", "image_history"."error" as "asWritten_error",
  "images"."uuid" as "image_uuid", "images"."name" as "image_name", "images"."version" as "image_version",
  "images"."description" as "image_description", "images"."homepage" as "image_homepage",
  "images"."eula" as "image_eula", "images"."acl" as "image_acl", "images"."tags" as "image_tags",
  "images"."os" as "image_os", "images"."type" as "image_type", "images"."requirements" as "image_requirements",
  "images"."image_size" as "image_image_size", "images"."files" as "image_files",
  "images"."published_at" as "image_published_at", "images"."owner" as "image_owner",
  "images"."public" as "image_public", "images"."state" as "image_state", "images"."origin" as "image_origin",
  "images"."error" as "image_error", "images"."revision" as "image_revision",
  EXISTS (
    SELECT 1 FROM "image_acl" WHERE "image_acl"."image" = "images"."uuid" AND "image_acl"."account" = ?1
  ) as "image_isShared",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL THEN (
      SELECT coalesce(
        CASE
          WHEN ?2 > 0
          AND 8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
          ) > max(
            0,
              32768 - (
                coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
              )
          ) THEN nullif(
            max(
              ?2,
                8 * (
                  coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
                ) + 1 * (
                  coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
                ) + 1 * (
                  coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" <> 'destroyed'
                ) + (
                  SELECT total(
                    coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
                  )
                  FROM "images"
                  WHERE "images"."owner" = ?1
                  AND "images"."state" = 'destroyed'
                )
            ),
              ?2
          )
        END,
          0
      )
      FROM (
        SELECT CASE
          WHEN json_type("sent"."patch", '$.name') IS NOT NULL THEN "sent"."patch" ->> '$.name' ELSE "images"."name"
        END AS "name",
          CASE
            WHEN json_type("sent"."patch", '$.version') IS NOT NULL THEN "sent"."patch" ->> '$.version'
            ELSE "images"."version"
          END AS "version",
          CASE
            WHEN json_type("sent"."patch", '$.description') IS NOT NULL THEN "sent"."patch" ->> '$.description'
            ELSE "images"."description"
          END AS "description",
          CASE
            WHEN json_type("sent"."patch", '$.homepage') IS NOT NULL THEN "sent"."patch" ->> '$.homepage'
            ELSE "images"."homepage"
          END AS "homepage",
          CASE
            WHEN json_type("sent"."patch", '$.eula') IS NOT NULL THEN "sent"."patch" ->> '$.eula' ELSE "images"."eula"
          END AS "eula",
          CASE
            WHEN json_type("sent"."patch", '$.acl') IS NOT NULL THEN "sent"."patch" ->> '$.acl' ELSE "images"."acl"
          END AS "acl",
          CASE
            WHEN json_type("sent"."patch", '$.tags') IS NOT NULL THEN "sent"."patch" ->> '$.tags' ELSE "images"."tags"
          END AS "tags"
        FROM "images", (SELECT ?3 AS "patch") AS "sent"
        WHERE "images"."uuid" = ?4
        LIMIT 1
      ) AS "new"
      WHERE (
        "new"."name" IS NOT "images"."name"
        or "new"."version" IS NOT "images"."version"
        or "new"."description" IS NOT "images"."description"
        or "new"."homepage" IS NOT "images"."homepage"
        or "new"."eula" IS NOT "images"."eula"
        or "new"."acl" IS NOT "images"."acl"
        or "new"."tags" IS NOT "images"."tags"
      )
    )
    ELSE 0
  END as "excessIfDiffers",
  CASE
    WHEN coalesce("account_writes"."write_id", "image_revisions"."write_id") IS NULL
    AND (
      (?5 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?5)))
      and (?6 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?6)))
    )
    AND (
      ?7 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?1 AND "account_history"."bytes" >= ?7
      )
    ) THEN max(
      1,
        60000 + min(
          coalesce(
            (
              SELECT "image_revisions"."time"
              FROM "image_revisions"
              WHERE "image_revisions"."holder" = ?1
              AND "image_revisions"."revision" < (
                SELECT "images"."revision" FROM "images" WHERE "images"."uuid" = "image_revisions"."image"
              )
              ORDER BY "image_revisions"."time"
              LIMIT 1
            ),
              1e15
          ),
            coalesce(
              (SELECT min("account_writes"."time") FROM "account_writes" WHERE "account_writes"."account" = ?1), 1e15
            )
        ) - CAST(unixepoch('subsec') * 1000 AS INTEGER)
    )
  END as "roomInMs"
from (
  SELECT (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?1
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  ) AS "hasAuthority"
) AS "caller"
left join "account_writes" on "account_writes"."write_id" = ?16
left join "image_revisions" on "image_revisions"."write_id" = ?16
left join "images" on "images"."uuid" = coalesce(coalesce("account_writes"."image", "image_revisions"."image"), ?4)
left join "image_history" on (
  "image_history"."image" = "images"."uuid"
  and "image_history"."revision" = coalesce("account_writes"."revision", "image_revisions"."revision")
  and "image_history"."revision" <> "images"."revision"
)
where (?17 OR changes() = 0);
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN caller
-- SEARCH account_writes USING PRIMARY KEY (write_id=?) LEFT-JOIN
-- SEARCH image_revisions USING INDEX image_revisions_write_id (write_id=?) LEFT-JOIN
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?) LEFT-JOIN
-- SEARCH kept USING COVERING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision=?) LEFT-JOIN
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH later USING INDEX sqlite_autoindex_image_revisions_1 (image=? AND revision>?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_acl USING PRIMARY KEY (image=? AND account=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING INDEX image_revisions_holder (holder=?)
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_writes USING COVERING INDEX account_writes_account (account=?)

-- src/images/update-image.sql.ts update.record
INSERT INTO "account_writes" (write_id, account, time, request_hash, attempt_id, image, revision, changed)
SELECT ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) + 86340000, ?3, ?4, "images"."uuid", "images"."revision", ''
FROM "images"
INNER JOIN (
  SELECT CASE
    WHEN json_type("sent"."patch", '$.name') IS NOT NULL THEN "sent"."patch" ->> '$.name' ELSE "images"."name"
  END AS "name",
    CASE
      WHEN json_type("sent"."patch", '$.version') IS NOT NULL THEN "sent"."patch" ->> '$.version'
      ELSE "images"."version"
    END AS "version",
    CASE
      WHEN json_type("sent"."patch", '$.description') IS NOT NULL THEN "sent"."patch" ->> '$.description'
      ELSE "images"."description"
    END AS "description",
    CASE
      WHEN json_type("sent"."patch", '$.homepage') IS NOT NULL THEN "sent"."patch" ->> '$.homepage'
      ELSE "images"."homepage"
    END AS "homepage",
    CASE
      WHEN json_type("sent"."patch", '$.eula') IS NOT NULL THEN "sent"."patch" ->> '$.eula' ELSE "images"."eula"
    END AS "eula",
    CASE
      WHEN json_type("sent"."patch", '$.acl') IS NOT NULL THEN "sent"."patch" ->> '$.acl' ELSE "images"."acl"
    END AS "acl",
    CASE
      WHEN json_type("sent"."patch", '$.tags') IS NOT NULL THEN "sent"."patch" ->> '$.tags' ELSE "images"."tags"
    END AS "tags"
  FROM "images", (SELECT ?5 AS "patch") AS "sent"
  WHERE "images"."uuid" = ?6
  LIMIT 1
) AS "new"
WHERE (
  "images"."uuid" = ?6
  and "images"."state" <> 'destroyed'
  and (
    "images"."owner" = ?2
    and "new"."name" IS "images"."name"
    and "new"."version" IS "images"."version"
    and "new"."description" IS "images"."description"
    and "new"."homepage" IS "images"."homepage"
    and "new"."eula" IS "images"."eula"
    and "new"."acl" IS "images"."acl"
    and "new"."tags" IS "images"."tags"
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?1)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?1)
    and (
      (?7 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?7)))
      and (?8 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?8)))
    )
  )
  and NOT (
    ?9 > 0
    AND EXISTS (
      SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?2 AND "account_history"."bytes" >= ?9
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "keys"."account" = ?10
        and "keys"."fingerprintSha256" = ?11
        and ?12 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?16, ?17) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?2
      where (
        "limited_keys"."account" = ?10
        and "limited_keys"."fingerprintSha256" = ?11
        and ?12 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?13 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?14
        and ?15 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?16
        AND "limited_keys"."expires" IS ?17
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new

-- src/images/update-image.sql.ts update.rehearse
select "images"."uuid" as "uuid", "new"."name" as "name", "new"."version" as "version",
  "new"."description" as "description", "new"."homepage" as "homepage", "new"."eula" as "eula", "new"."acl" as "acl",
  "new"."tags" as "tags", "images"."os" as "os", "images"."type" as "type", "images"."requirements" as "requirements",
  "images"."image_size" as "image_size", "images"."files" as "files", "images"."published_at" as "published_at",
  "images"."owner" as "owner", "images"."public" as "public", "images"."state" as "state",
  "images"."origin" as "origin", "images"."error" as "error", "images"."revision" + 1 as "revision"
from "images"
inner join (
  SELECT CASE
    WHEN json_type("sent"."patch", '$.name') IS NOT NULL THEN "sent"."patch" ->> '$.name' ELSE "images"."name"
  END AS "name",
    CASE
      WHEN json_type("sent"."patch", '$.version') IS NOT NULL THEN "sent"."patch" ->> '$.version'
      ELSE "images"."version"
    END AS "version",
    CASE
      WHEN json_type("sent"."patch", '$.description') IS NOT NULL THEN "sent"."patch" ->> '$.description'
      ELSE "images"."description"
    END AS "description",
    CASE
      WHEN json_type("sent"."patch", '$.homepage') IS NOT NULL THEN "sent"."patch" ->> '$.homepage'
      ELSE "images"."homepage"
    END AS "homepage",
    CASE
      WHEN json_type("sent"."patch", '$.eula') IS NOT NULL THEN "sent"."patch" ->> '$.eula' ELSE "images"."eula"
    END AS "eula",
    CASE
      WHEN json_type("sent"."patch", '$.acl') IS NOT NULL THEN "sent"."patch" ->> '$.acl' ELSE "images"."acl"
    END AS "acl",
    CASE
      WHEN json_type("sent"."patch", '$.tags') IS NOT NULL THEN "sent"."patch" ->> '$.tags' ELSE "images"."tags"
    END AS "tags"
  FROM "images", (SELECT ?1 AS "patch") AS "sent"
  WHERE "images"."uuid" = ?2
  LIMIT 1
) AS "new" on true
where (
  "images"."uuid" = ?2
  and (
    "images"."owner" = ?3
    and NOT (
      ?4 > 0
      AND EXISTS (
        SELECT 1 FROM "account_history" WHERE "account_history"."account" = ?3 AND "account_history"."bytes" >= ?4
      )
    )
  )
  and "images"."state" <> 'destroyed'
  and (
    "new"."name" IS NOT "images"."name"
    or "new"."version" IS NOT "images"."version"
    or "new"."description" IS NOT "images"."description"
    or "new"."homepage" IS NOT "images"."homepage"
    or "new"."eula" IS NOT "images"."eula"
    or "new"."acl" IS NOT "images"."acl"
    or "new"."tags" IS NOT "images"."tags"
  )
  and (
    NOT EXISTS (SELECT 1 FROM "image_revisions" WHERE "image_revisions"."write_id" = ?5)
    and NOT EXISTS (SELECT 1 FROM "account_writes" WHERE "account_writes"."write_id" = ?5)
    and (
      (?6 IS NULL OR "images"."revision" IN (SELECT value FROM json_each(?6)))
      and (?7 IS NULL OR NOT "images"."revision" IN (SELECT value FROM json_each(?7)))
    )
  )
  and (
    exists (
      select 1
      from "keys"
      inner join "accounts" "signer" on "signer"."uuid" = "keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "keys"."account" = ?8
        and "keys"."fingerprintSha256" = ?9
        and ?10 IN ("keys"."fingerprint", "keys"."fingerprintSha256", "keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and ("signer"."uuid" = "target"."uuid" OR "signer"."operator" = 1)
        AND coalesce(?14, ?15) IS NULL
      )
    )
    OR exists (
      select 1
      from "limited_keys"
      inner join "accounts" "signer" on "signer"."uuid" = "limited_keys"."account"
      inner join "accounts" "target" on "target"."uuid" = ?3
      where (
        "limited_keys"."account" = ?8
        and "limited_keys"."fingerprintSha256" = ?9
        and ?10 IN ("limited_keys"."fingerprint", "limited_keys"."fingerprintSha256", "limited_keys"."name")
        and ?11 IN ("signer"."login", "signer"."uuid")
        and "signer"."disabled" = ?12
        and ?13 IN ("target"."login", "target"."uuid")
        and "signer"."uuid" = "target"."uuid"
        AND "limited_keys"."scope" IS ?14
        AND "limited_keys"."expires" IS ?15
        AND ("limited_keys"."expires" IS NULL OR "limited_keys"."expires" > CAST(unixepoch('subsec') * 1000 AS INTEGER))
      )
    )
  )
  and CASE
    WHEN ?16 > 0
    AND 8 * (
      coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
    ) + 1 * (
      coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
    ) > max(
      0,
        32768 - (
          coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
        )
    ) THEN nullif(
      max(
        ?16,
          8 * (
            coalesce(octet_length("new"."acl"), 0) - coalesce(octet_length("images"."acl"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."tags"), 0) - coalesce(octet_length("images"."tags"), 0)
          ) + 1 * (
            coalesce(octet_length("new"."description"), 0) - coalesce(octet_length("images"."description"), 0)
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0) + 7 * coalesce(octet_length("images"."acl"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?3
            AND "images"."state" <> 'destroyed'
          ) + (
            SELECT total(
              coalesce(octet_length("images"."acl"), 0) + coalesce(octet_length("images"."tags"), 0) + coalesce(octet_length("images"."requirements"), 0) + coalesce(octet_length("images"."files"), 0) + coalesce(octet_length("images"."description"), 0)
            )
            FROM "images"
            WHERE "images"."owner" = ?3
            AND "images"."state" = 'destroyed'
          )
      ),
        ?16
    )
  END IS NULL
);
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SCAN sent
-- SEARCH images USING INDEX sqlite_autoindex_images_1 (uuid=?)
-- SEARCH account_history USING PRIMARY KEY (account=?)
-- SEARCH image_revisions USING COVERING INDEX image_revisions_write_id (write_id=?)
-- SEARCH account_writes USING PRIMARY KEY (write_id=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH keys USING INDEX keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH limited_keys USING INDEX limited_keys_fingerprint_sha256 (account=? AND fingerprintSha256=?)
-- SEARCH signer USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SEARCH target USING INDEX sqlite_autoindex_accounts_1 (uuid=?)
-- SCAN new
-- SEARCH images USING INDEX images_owner (owner=?)
-- SEARCH images USING INDEX images_destroyed (owner=?)
