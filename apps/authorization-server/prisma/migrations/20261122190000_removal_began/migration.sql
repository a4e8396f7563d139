-- A client that removes itself is disabled first. When the rest fails, this tells it from one that somebody has disabled: it may go on.
ALTER TABLE "clients" ADD COLUMN "removal_began_at" TIMESTAMPTZ(3);
