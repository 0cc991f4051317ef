-- The rules of jails that have some. They belong to a generation of the jail: whoever writes them gives it the next one.
CREATE TABLE jail_firewall (
    jail_id uuid  PRIMARY KEY REFERENCES jail ON DELETE CASCADE,
    rules   jsonb NOT NULL CHECK (jsonb_typeof(rules) = 'array')
);

CREATE POLICY of_jail ON jail_firewall TO bailiwick_application USING (EXISTS (SELECT FROM jail j WHERE j.id = jail_firewall.jail_id));
CREATE POLICY everything ON jail_firewall TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE jail_firewall ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
