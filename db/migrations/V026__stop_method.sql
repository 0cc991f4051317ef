-- How a jail is asked to end, and how many seconds it has until it is killed.
ALTER TABLE jail
    ADD COLUMN stop_signal text NOT NULL DEFAULT 'TERM'
        CHECK (stop_signal IN ('HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'TERM', 'WINCH', 'PWR', 'RTMIN+3')),
    ADD COLUMN stop_timeout integer NOT NULL DEFAULT 10 CHECK (stop_timeout BETWEEN 1 AND 3600);

-- The demands that the host cannot meet, from its facts.
ALTER TABLE host_connection
    ADD COLUMN refused jsonb NOT NULL GENERATED ALWAYS AS (
        coalesce(jsonb_path_query_array(facts, '$.capabilities[*] ? (@.available == false).refuses[*]'), '[]'::jsonb)) STORED;
