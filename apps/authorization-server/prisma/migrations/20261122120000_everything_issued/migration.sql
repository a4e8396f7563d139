-- Clients: keys, rotation policy, registration
ALTER TABLE "clients"
  ADD COLUMN "jwks" JSONB,
  ADD COLUMN "jwks_uri" TEXT,
  ADD COLUMN "token_endpoint_auth_signing_alg" TEXT,
  ADD COLUMN "introspection_signed_response_alg" TEXT,
  ADD COLUMN "refresh_token_rotation" TEXT NOT NULL DEFAULT 'always',
  ADD COLUMN "refresh_token_idle_lifetime" INTEGER,
  ADD COLUMN "refresh_token_absolute_lifetime" INTEGER,
  ADD COLUMN "information" JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "registration_access_token_hash" TEXT,
  ADD COLUMN "last_used_at" TIMESTAMPTZ(3);

ALTER TABLE "client_secrets" ADD COLUMN "id" TEXT NOT NULL DEFAULT gen_random_uuid()::text;
CREATE UNIQUE INDEX "client_secrets_client_id_id_key" ON "client_secrets"("client_id", "id");

CREATE TABLE "initial_access_tokens" (
    "id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "initial_access_tokens_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "initial_access_tokens_hash_key" ON "initial_access_tokens"("hash");

-- Resources: what their tokens are like
ALTER TABLE "resources"
  ADD COLUMN "access_token_format" TEXT NOT NULL DEFAULT 'jwt',
  ADD COLUMN "access_token_lifetime" INTEGER,
  ADD COLUMN "signing_algorithm" TEXT NOT NULL DEFAULT 'ES256',
  ADD COLUMN "is_default" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "resource_servers" TEXT[] DEFAULT ARRAY[]::TEXT[];

ALTER TABLE "consents"
  ADD COLUMN "refused_scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
  ADD COLUMN "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- Grants and their refresh tokens
ALTER TABLE "grants"
  ADD COLUMN "auth_time" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ADD COLUMN "session_id" TEXT,
  ADD COLUMN "user_agent" TEXT,
  ADD COLUMN "address" TEXT,
  ADD COLUMN "expires_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
CREATE INDEX "grants_session_id_idx" ON "grants"("session_id");
CREATE INDEX "grants_expires_at_idx" ON "grants"("expires_at");

CREATE TABLE "refresh_tokens" (
    "hash" TEXT NOT NULL,
    "grant_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "successor_hash" TEXT,
    "successor_salt" TEXT,

    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("hash")
) WITH (fillfactor = 80);
CREATE INDEX "refresh_tokens_grant_id_idx" ON "refresh_tokens"("grant_id");
CREATE INDEX "refresh_tokens_expires_at_idx" ON "refresh_tokens"("expires_at");
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_grant_id_fkey" FOREIGN KEY ("grant_id") REFERENCES "grants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "user_sessions" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "user_agent" TEXT,
    "address" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_sessions_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "user_sessions_user_id_idx" ON "user_sessions"("user_id");
CREATE INDEX "user_sessions_expires_at_idx" ON "user_sessions"("expires_at");
ALTER TABLE "user_sessions" ADD CONSTRAINT "user_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Keys: an order for each algorithm
DROP INDEX "signing_keys_sequence_key";
CREATE UNIQUE INDEX "signing_keys_algorithm_sequence_key" ON "signing_keys"("algorithm", "sequence");

CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "request_id" TEXT,
    "client_id" TEXT,
    "user_id" TEXT,
    "address" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_events_at_idx" ON "audit_events"("at");
CREATE INDEX "audit_events_client_id_id_idx" ON "audit_events"("client_id", "id");
CREATE INDEX "audit_events_user_id_id_idx" ON "audit_events"("user_id", "id");
CREATE INDEX "audit_events_type_id_idx" ON "audit_events"("type", "id");

-- What has changed lately. Triggers write it, so that a change made by hand in SQL counts like any other.
CREATE TABLE "changes" (
    "id" BIGSERIAL NOT NULL,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "changes_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "changes_xid_idx" ON "changes"("xid");
CREATE INDEX "changes_recorded_at_idx" ON "changes"("recorded_at");

CREATE FUNCTION "record_client_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (kind, key) VALUES ('client', OLD.id);
  IF TG_OP = 'DELETE' THEN
    INSERT INTO changes (kind, key) VALUES ('client_revoked', OLD.id);
  ELSIF OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL THEN
    INSERT INTO changes (kind, key, at) VALUES ('client_revoked', OLD.id, NEW.disabled_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "clients_deleted" AFTER DELETE ON "clients" FOR EACH ROW EXECUTE FUNCTION record_client_change();
-- When a client was last used is of no interest to any cache.
CREATE TRIGGER "clients_changed" AFTER UPDATE ON "clients" FOR EACH ROW
  WHEN (OLD.last_used_at IS NOT DISTINCT FROM NEW.last_used_at) EXECUTE FUNCTION record_client_change();

CREATE FUNCTION "record_secret_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (kind, key) VALUES ('client', COALESCE(NEW.client_id, OLD.client_id));
  RETURN NULL;
END $$;
CREATE TRIGGER "client_secrets_changed" AFTER INSERT OR UPDATE OR DELETE ON "client_secrets" FOR EACH ROW EXECUTE FUNCTION record_secret_change();

CREATE FUNCTION "record_user_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (kind, key) VALUES ('user', OLD.id);
  IF TG_OP = 'DELETE' THEN
    INSERT INTO changes (kind, key) VALUES ('user_revoked', OLD.id);
  ELSIF OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL THEN
    INSERT INTO changes (kind, key, at) VALUES ('user_revoked', OLD.id, NEW.disabled_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "users_changed" AFTER UPDATE OR DELETE ON "users" FOR EACH ROW EXECUTE FUNCTION record_user_change();

CREATE FUNCTION "record_kind_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (kind, key) VALUES (TG_ARGV[0], '');
  RETURN NULL;
END $$;
CREATE TRIGGER "resources_changed" AFTER INSERT OR UPDATE OR DELETE ON "resources" FOR EACH STATEMENT EXECUTE FUNCTION record_kind_change('resource');
CREATE TRIGGER "resource_scopes_changed" AFTER INSERT OR UPDATE OR DELETE ON "resource_scopes" FOR EACH STATEMENT EXECUTE FUNCTION record_kind_change('resource');
CREATE TRIGGER "signing_keys_changed" AFTER INSERT OR UPDATE OR DELETE ON "signing_keys" FOR EACH STATEMENT EXECUTE FUNCTION record_kind_change('signing_key');

CREATE FUNCTION "record_consent_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (kind, key)
  VALUES ('consent', COALESCE(NEW.user_id, OLD.user_id) || ' ' || COALESCE(NEW.client_id, OLD.client_id));
  RETURN NULL;
END $$;
CREATE TRIGGER "consents_changed" AFTER INSERT OR UPDATE OR DELETE ON "consents" FOR EACH ROW EXECUTE FUNCTION record_consent_change();

CREATE FUNCTION "record_grant_revocation"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Whoever is disabled has been named already, and with it all of its grants.
  INSERT INTO changes (kind, key, at) SELECT 'grant_revoked', NEW.id, NEW.revoked_at
  FROM users, clients WHERE users.id = NEW.user_id AND clients.id = NEW.client_id AND users.disabled_at IS NULL AND clients.disabled_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER "grants_revoked" AFTER UPDATE ON "grants" FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION record_grant_revocation();
