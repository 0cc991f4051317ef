-- Who opened which session of a command, and with which version of access: a session ends when its user may no longer work in the jail. The host
-- knows whether the session still exists.
CREATE TABLE exec_session (
    id             uuid        PRIMARY KEY,
    jail_id        uuid        NOT NULL REFERENCES jail ON DELETE CASCADE,
    host_id        uuid        NOT NULL,
    user_id        uuid        NOT NULL REFERENCES app_user ON DELETE CASCADE,
    access_version bigint      NOT NULL,
    opened_at      timestamptz NOT NULL
);

CREATE INDEX exec_session_by_jail ON exec_session (jail_id, opened_at);
CREATE INDEX exec_session_by_user ON exec_session (user_id);

CREATE POLICY of_jail ON exec_session TO bailiwick_application USING (EXISTS (SELECT FROM jail j WHERE j.id = exec_session.jail_id));
CREATE POLICY everything ON exec_session TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE exec_session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
