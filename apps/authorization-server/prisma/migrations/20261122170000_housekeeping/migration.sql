-- Finds the grants that were revoked long ago. Few are at any time: those that were not have no entry.
CREATE INDEX "grants_revoked_at_idx" ON "grants"("revoked_at") WHERE "revoked_at" IS NOT NULL;

-- Finds the clients that registered themselves and that nobody uses.
CREATE INDEX "clients_unused_idx" ON "clients"(COALESCE("last_used_at", "created_at")) WHERE "registration_access_token_hash" IS NOT NULL;
