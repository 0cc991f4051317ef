-- Jails that are for one command of a user, and when whoever has not removed such a jail has ended.
CREATE TABLE jail_run (
    jail_id    uuid        PRIMARY KEY REFERENCES jail ON DELETE CASCADE,
    user_id    uuid        NOT NULL,
    login      text        NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE POLICY of_jail ON jail_run TO bailiwick_application USING (EXISTS (SELECT FROM jail j WHERE j.id = jail_run.jail_id));
CREATE POLICY everything ON jail_run TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE jail_run ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
