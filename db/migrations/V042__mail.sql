-- Mails that wait to be sent, and what became of those that were. No row has what a mail says: it is written when it is sent, so that
-- the secret of its link is stored nowhere.
CREATE TABLE mail (
    id              uuid        PRIMARY KEY,
    kind            text        NOT NULL CHECK (kind IN ('invitation', 'password-reset')),
    -- What it is about: the invitation, or the user. It may be gone.
    subject_id      uuid        NOT NULL,
    -- Whose bound of mails it counts for; nobody's without one.
    customer_id     uuid        REFERENCES customer ON DELETE CASCADE,
    recipient       text        NOT NULL CHECK (char_length(recipient) BETWEEN 3 AND 254),
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL CHECK (expires_at > created_at),
    state           text        NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    changed_at      timestamptz NOT NULL,
    attempts        integer     NOT NULL CHECK (attempts >= 0),
    error           text        CHECK (char_length(error) BETWEEN 1 AND 500),
    next_attempt_at timestamptz,
    CHECK ((next_attempt_at IS NOT NULL) = (state = 'waiting'))
);
CREATE INDEX mail_next ON mail (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX mail_subject ON mail (subject_id, kind);
CREATE INDEX mail_customer ON mail (customer_id, created_at);

-- An invitation with an address is sent there, and shows its link to nobody else.
ALTER TABLE invitation ADD COLUMN email text CHECK (char_length(email) BETWEEN 3 AND 254);

-- Where a user gets mail: an address that they have read mail of.
ALTER TABLE app_user ADD COLUMN email text CHECK (char_length(email) BETWEEN 3 AND 254);
