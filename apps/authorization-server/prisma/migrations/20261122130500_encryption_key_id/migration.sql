-- Which key a signing key is encrypted with, so that that key can be replaced. Of those that are there already it is not known: empty.
ALTER TABLE "signing_keys" ADD COLUMN "encryption_key_id" TEXT NOT NULL DEFAULT '';
