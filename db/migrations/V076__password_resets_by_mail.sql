-- Somebody who has forgotten the password gets the link by mail; then nobody has issued it.
ALTER TABLE password_reset DROP CONSTRAINT password_reset_pkey;
ALTER TABLE password_reset ALTER COLUMN user_id SET NOT NULL;
ALTER TABLE password_reset ALTER COLUMN issuer DROP NOT NULL;
ALTER TABLE password_reset ADD CONSTRAINT password_reset_by_nobody
    CHECK (issuer IS NOT NULL OR (token_id IS NULL AND customer_id IS NULL));
-- A user has one of each: whoever asks for a mail does not void the link that somebody has issued.
CREATE UNIQUE INDEX password_reset_issued ON password_reset (user_id) WHERE issuer IS NOT NULL;
CREATE UNIQUE INDEX password_reset_mailed ON password_reset (user_id) WHERE issuer IS NULL;

-- Whoever does not read the mail of a user any more sets no password with it.
CREATE FUNCTION app_user_mailed_resets_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM password_reset WHERE user_id = NEW.id AND issuer IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER app_user_mailed_resets_end AFTER UPDATE ON app_user
    FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION app_user_mailed_resets_end();

-- Several users may have the same address. The part before the @ is compared without regard to case, as people type it.
CREATE INDEX app_user_email ON app_user (lower(email)) WHERE email IS NOT NULL;
