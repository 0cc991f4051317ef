-- Invitations to belong to a customer. An invitation that was accepted or withdrawn has no row any more; the audit names it.
CREATE TABLE invitation (
    id          uuid        PRIMARY KEY,
    hash        bytea       NOT NULL UNIQUE,
    customer_id uuid        NOT NULL REFERENCES customer,
    login       text        NOT NULL,
    role        text        NOT NULL CHECK (role IN ('owner', 'colleague')),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
    created_by  uuid        NOT NULL REFERENCES app_user,
    -- The token by which it was created: without it the invitation is void.
    token_id    uuid        REFERENCES api_token,
    UNIQUE (customer_id, login)
);

-- What a colleague is to have. A jail that is gone is left out.
CREATE TABLE invitation_jail (
    invitation_id uuid   NOT NULL REFERENCES invitation ON DELETE CASCADE,
    jail_id       uuid   NOT NULL REFERENCES jail ON DELETE CASCADE,
    rights        text[] NOT NULL CHECK (array_position(rights, NULL) IS NULL),
    PRIMARY KEY (invitation_id, jail_id)
);
CREATE INDEX invitation_jail_jail ON invitation_jail (jail_id);
