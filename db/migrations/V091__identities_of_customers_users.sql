-- Users of customers sign in at providers as well: they link an account there to their user, at most one at each provider. The account is
-- known by issuer and subject; what the provider calls it is kept only so that its user recognizes it.
ALTER TABLE user_identity
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD COLUMN account text NOT NULL DEFAULT '' CHECK (length(account) <= 254),
    ADD COLUMN last_used_at timestamptz,
    DROP CONSTRAINT user_identity_user_id_key,
    ADD UNIQUE (user_id, issuer);

-- A session that began at a provider ends with the link to it, whoever removes that. V083 says how an attribute is stored.
CREATE FUNCTION identity_unlinked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM web_session s USING web_session_attributes a
    WHERE s.principal_name = OLD.user_id::text AND a.session_primary_id = s.primary_id AND a.attribute_name = 'identity'
        AND substring(a.attribute_bytes FROM 8) = convert_to(OLD.id::text, 'UTF8');
    RETURN NULL;
END
$$;
CREATE TRIGGER identity_unlinked AFTER DELETE ON user_identity FOR EACH ROW EXECUTE FUNCTION identity_unlinked();
