-- The public SSH keys of users. Two users may have the same key: with which user somebody signs in is decided by the login.
CREATE TABLE ssh_key (
    id           uuid        PRIMARY KEY,
    user_id      uuid        NOT NULL REFERENCES app_user,
    type         text        NOT NULL CHECK (length(type) BETWEEN 1 AND 64),
    bits         integer     NOT NULL CHECK (bits BETWEEN 256 AND 16384),
    -- In the wire format.
    blob         bytea       NOT NULL CHECK (length(blob) BETWEEN 1 AND 4096),
    fingerprint  text        NOT NULL CHECK (fingerprint ~ '^SHA256:[A-Za-z0-9+/]{43}$'),
    comment      text        NOT NULL CHECK (length(comment) <= 200 AND is_plain(comment)),
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    -- The token by which it was added, and with which it ends.
    added_by     uuid        REFERENCES api_token,
    CONSTRAINT ssh_key_of_user UNIQUE (user_id, fingerprint)
);
CREATE INDEX ssh_key_added_by ON ssh_key (added_by);

CREATE FUNCTION ssh_keys_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM ssh_key WHERE added_by = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER ssh_keys_end AFTER UPDATE OF revoked_at ON api_token
    FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION ssh_keys_end();
