-- Tickets with which people attach to sessions of commands. Each is valid once, at whichever replica it is shown: using it deletes its row.
CREATE TABLE attach_ticket (
    hash       bytea       PRIMARY KEY CHECK (octet_length(hash) = 32),
    user_id    uuid        NOT NULL,
    jail_id    uuid        NOT NULL REFERENCES jail ON DELETE CASCADE,
    session_id uuid        NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX attach_ticket_by_user ON attach_ticket (user_id, expires_at);
CREATE INDEX attach_ticket_by_jail ON attach_ticket (jail_id);
CREATE INDEX attach_ticket_by_expiry ON attach_ticket (expires_at);

CREATE POLICY of_jail ON attach_ticket TO bailiwick_application USING (EXISTS (SELECT FROM jail j WHERE j.id = attach_ticket.jail_id));
CREATE POLICY everything ON attach_ticket TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE attach_ticket ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
