-- From where a token is accepted, what it is for, where it was used last, which token issued it, and its former secret.
ALTER TABLE api_token
    ADD COLUMN description      text CHECK (length(description) BETWEEN 1 AND 1000 AND is_plain(description)),
    -- CIDR networks; none for everywhere.
    ADD COLUMN networks         text[] NOT NULL DEFAULT '{}' CHECK (array_position(networks, NULL) IS NULL),
    ADD COLUMN last_used_from   text CHECK (length(last_used_from) BETWEEN 2 AND 45),
    -- The last use from elsewhere than the networks.
    ADD COLUMN rejected_at      timestamptz,
    ADD COLUMN rejected_from    text CHECK (length(rejected_from) BETWEEN 2 AND 45),
    -- The token by which it was issued, which ends with it. Tokens of earlier versions do not know theirs.
    ADD COLUMN issued_by        uuid REFERENCES api_token,
    ADD COLUMN former_hash      bytea UNIQUE CHECK (length(former_hash) = 32),
    ADD COLUMN former_until     timestamptz,
    ADD CONSTRAINT api_token_former_whole CHECK ((former_hash IS NULL) = (former_until IS NULL)),
    ADD CONSTRAINT api_token_rejection_whole CHECK ((rejected_at IS NULL) = (rejected_from IS NULL));
CREATE INDEX api_token_issued_by ON api_token (issued_by);
