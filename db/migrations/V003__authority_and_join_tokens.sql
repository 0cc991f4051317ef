-- The certificate authority of this installation. Its key is sealed with the server's secret file.

CREATE TABLE authority (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    certificate bytea NOT NULL,
    sealed_key bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);

-- Each makes one machine one host, once. Only hashes are kept: who reads the database can not join.
CREATE TABLE join_token (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    host_id    uuid        NOT NULL REFERENCES host ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
    spent_at   timestamptz CHECK (spent_at >= issued_at)
);
CREATE INDEX join_token_host ON join_token (host_id);

-- Every certificate the authority gave to a host. A host has one that is valid: it joins again, and the one before is revoked.
CREATE TABLE host_certificate (
    serial     text PRIMARY KEY CHECK (serial ~ '^[1-9a-f][0-9a-f]{0,31}$'),
    host_id    uuid        NOT NULL REFERENCES host ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
    revoked_at timestamptz CHECK (revoked_at >= issued_at)
);
CREATE UNIQUE INDEX host_certificate_one_valid ON host_certificate (host_id) WHERE revoked_at IS NULL;
