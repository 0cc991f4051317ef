-- Passkeys (Web Authentication): keys in the device of a user, which sign in without a password. The server has their public half.

CREATE TABLE passkey (
    id              uuid PRIMARY KEY,
    user_id         uuid        NOT NULL REFERENCES app_user ON DELETE CASCADE,
    -- Chosen by the device.
    credential_id   bytea       NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- The name of the server under which it was created, and under which alone browsers offer it.
    server_name     text        NOT NULL CHECK (length(server_name) BETWEEN 1 AND 253),
    public_key      bytea       NOT NULL CHECK (length(public_key) BETWEEN 1 AND 4096),
    attestation     bytea       NOT NULL CHECK (length(attestation) BETWEEN 1 AND 16384),
    client_data     bytea       NOT NULL CHECK (length(client_data) BETWEEN 1 AND 4096),
    -- As the device counts; 0 for one that does not count.
    signature_count bigint      NOT NULL CHECK (signature_count >= 0),
    user_verified   boolean     NOT NULL,
    backup_eligible boolean     NOT NULL,
    backup_state    boolean     NOT NULL,
    transports      text[]      NOT NULL CHECK (cardinality(transports) <= 10),
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz
);
CREATE INDEX passkey_user ON passkey (user_id, created_at);

-- A challenge signs in once. Only challenges that did are here, so that nobody makes a row who has no passkey.
CREATE TABLE used_challenge (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_challenge_age ON used_challenge (expires_at);
