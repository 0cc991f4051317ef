-- A link that sets a password once. Whoever manages the user has issued it, and it holds no longer than their right to.

CREATE TABLE password_reset (
    -- A second link replaces the first.
    user_id     uuid PRIMARY KEY REFERENCES app_user ON DELETE CASCADE,
    hash        bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    issuer      uuid        NOT NULL REFERENCES app_user ON DELETE CASCADE,
    -- The customer whose people the issuer manages; null for an owner of the installation.
    customer_id uuid REFERENCES customer ON DELETE CASCADE,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
    CONSTRAINT password_reset_by_another CHECK (issuer <> user_id)
);
CREATE INDEX password_reset_issuer ON password_reset (issuer);
CREATE INDEX password_reset_customer ON password_reset (customer_id);

-- With another password, or disabled, no link that was issued before sets one.
CREATE FUNCTION app_user_resets_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM password_reset WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER app_user_resets_end AFTER UPDATE ON app_user
    FOR EACH ROW WHEN (OLD.password_hash IS DISTINCT FROM NEW.password_hash OR NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION app_user_resets_end();
