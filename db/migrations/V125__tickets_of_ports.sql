-- A ticket is for a session of a command, or for a port in the jail.
ALTER TABLE attach_ticket
    ALTER COLUMN session_id DROP NOT NULL,
    ADD COLUMN port integer CHECK (port BETWEEN 1 AND 65535),
    ADD CONSTRAINT attach_ticket_purpose CHECK (num_nonnulls(session_id, port) = 1);
