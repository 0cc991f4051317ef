-- The jails that may not have reached their latest definition: each whose generation has changed, until the server notices that its host has
-- reported that generation. So the page of hosts finds those that wait without comparing all jails with their states.
CREATE TABLE jail_waiting (
    jail_id    uuid   PRIMARY KEY REFERENCES jail ON DELETE CASCADE,
    generation bigint NOT NULL
);
CREATE POLICY of_jail ON jail_waiting TO bailiwick_application
    USING (EXISTS (SELECT FROM jail j WHERE j.id = jail_waiting.jail_id));
CREATE POLICY everything ON jail_waiting TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE jail_waiting ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- An update even if nothing changes in it: the lock keeps the row from being removed for the generation before.
CREATE FUNCTION jail_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO jail_waiting AS w VALUES (NEW.id, NEW.generation) ON CONFLICT (jail_id) DO UPDATE SET generation = excluded.generation;
    RETURN NULL;
END
$$;
CREATE TRIGGER waits AFTER INSERT OR UPDATE OF generation ON jail FOR EACH ROW EXECUTE FUNCTION jail_waits();

INSERT INTO jail_waiting
SELECT j.id, j.generation FROM jail j LEFT JOIN jail_status s ON s.jail_id = j.id WHERE s.jail_id IS NULL OR s.generation < j.generation;

-- Those that wait without another definition, such as after a restart of their host.
CREATE INDEX jail_status_under_way ON jail_status (jail_id) WHERE phase IN ('pending', 'starting', 'stopping');
