-- A restart is one change of a jail's definition: its host stops and starts again a jail that runs under another incarnation. Until
-- now it was two, of which the server made the second once the host had reported the first, so that a server that ended between them
-- left the jail stopped until it was back.
ALTER TABLE jail ADD COLUMN incarnation bigint NOT NULL DEFAULT 0 CHECK (incarnation >= 0);

-- Jails that are stopped for a restart by now, or will be, are wanted running.
WITH bumped AS (
    UPDATE host h SET revision = revision + 1
    WHERE EXISTS (SELECT FROM jail j WHERE j.host_id = h.id AND j.restarting)
    RETURNING h.id, h.revision)
UPDATE jail j SET wanted = 'running', restarting = false, incarnation = 1, generation = j.generation + 1, revision = bumped.revision,
    updated_at = greatest(j.updated_at, now()), request_micros = 0, stored_at = clock_timestamp()
FROM bumped WHERE j.host_id = bumped.id AND j.restarting;

ALTER TABLE jail DROP CONSTRAINT jail_stops_to_restart, DROP COLUMN restarting;
-- The steps of a restart are those of its stop and then of its start, as a host reports them of one change.
ALTER TABLE jail_status DROP COLUMN stop;
