-- An address that a user wants mail at, until they confirm it by the link that is sent there.
CREATE TABLE email_confirmation (
    -- Another address replaces the one before.
    user_id    uuid        PRIMARY KEY REFERENCES app_user ON DELETE CASCADE,
    email      text        NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    -- Of the link in the latest mail.
    hash       bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);

-- With another password, or disabled, neither a link that sets a password nor an address that somebody has asked for before counts.
CREATE OR REPLACE FUNCTION app_user_resets_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM password_reset WHERE user_id = NEW.id;
    DELETE FROM email_confirmation WHERE user_id = NEW.id;
    RETURN NULL;
END
$$;

ALTER TABLE mail DROP CONSTRAINT mail_kind_check;
ALTER TABLE mail ADD CONSTRAINT mail_kind_check
    CHECK (kind IN ('invitation', 'password-reset', 'email-confirmation', 'notice'));
-- What a notice is about. It has no secret.
ALTER TABLE mail ADD COLUMN facts jsonb NOT NULL DEFAULT '{}';
