-- What the grants that are there hold. By itself, so that no grant is kept from being used meanwhile.
UPDATE "grants" SET "granted" = granted_of("user_id", "client_id", "resources", "scopes") WHERE "granted" IS NULL;
