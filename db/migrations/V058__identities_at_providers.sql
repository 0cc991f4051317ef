-- Users who sign in at a provider (OpenID Connect) have no password here. They are known by the provider and its name for them, never by an
-- address of e-mail.
ALTER TABLE app_user ALTER COLUMN password_hash DROP NOT NULL;

CREATE TABLE user_identity (
    issuer     text        NOT NULL CHECK (length(issuer) BETWEEN 1 AND 2000),
    subject    text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    user_id    uuid        NOT NULL UNIQUE REFERENCES app_user,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
