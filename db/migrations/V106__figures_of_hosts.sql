-- What hosts measure of themselves, and of their jails together: see docs/adr/0071-figures-of-hosts.md.
--
-- A row has the figures of one run of a host's agent in one slot, by the names of metrics: of each counter the readings before the slot and at
-- its end, of each gauge minimum, mean, maximum and 95th percentile. Nothing in a row is about a single jail or customer. There is no foreign
-- key to the host, because its check would wait for changes of the host's jails; the rows of a removed host are deleted with age.
CREATE TABLE host_figure (
    host_id  uuid        NOT NULL,
    run      uuid        NOT NULL,
    slot     timestamptz NOT NULL CHECK (extract(epoch FROM slot) % 300 = 0),
    samples  integer     NOT NULL CHECK (samples > 0),
    counters jsonb       NOT NULL,
    gauges   jsonb       NOT NULL,
    PRIMARY KEY (host_id, slot, run)
);

-- The same by the hour.
CREATE TABLE host_figure_hour (
    host_id  uuid        NOT NULL,
    run      uuid        NOT NULL,
    slot     timestamptz NOT NULL CHECK (extract(epoch FROM slot) % 3600 = 0),
    samples  integer     NOT NULL CHECK (samples > 0),
    counters jsonb       NOT NULL,
    gauges   jsonb       NOT NULL,
    PRIMARY KEY (host_id, slot, run)
);

CREATE INDEX host_figure_age ON host_figure (slot);
CREATE INDEX host_figure_hour_age ON host_figure_hour (slot);

-- Staff alone asks for them.
DO $$
DECLARE
    protected text;
BEGIN
    FOREACH protected IN ARRAY ARRAY['host_figure', 'host_figure_hour'] LOOP
        EXECUTE format('CREATE POLICY everything ON %I TO bailiwick_everything USING (true) WITH CHECK (true)', protected);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', protected);
    END LOOP;
END
$$;
