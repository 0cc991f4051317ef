-- Where the time of a jail's last change went leaves the tables of what is wanted and what is true: it is telemetry, and is written
-- beside them, by statements of its own. A server that dies may lose it, and nothing else.
CREATE TABLE jail_change_timing (
    jail_id        uuid PRIMARY KEY REFERENCES jail ON DELETE CASCADE,
    -- The latest change, and the host's revision that brought it.
    generation     bigint NOT NULL CHECK (generation >= 1),
    revision       bigint NOT NULL CHECK (revision >= 1),
    -- How long a server had had the request when it wrote the definition, and when that was; null once the host has carried it out.
    request_micros bigint CHECK (request_micros >= 0),
    stored_at      timestamptz,
    -- The parts of the change that the steps in jail_status are of; null where they are of none that was asked for, such as a start
    -- after a crash. That may be a change before the latest one, for not all have steps.
    timeline       jsonb CHECK (jsonb_typeof(timeline) = 'object'),
    CONSTRAINT jail_change_timing_whole CHECK ((request_micros IS NULL) = (stored_at IS NULL))
) WITH (fillfactor = 70);

INSERT INTO jail_change_timing (jail_id, generation, revision, timeline)
SELECT s.jail_id, j.generation, j.revision, s.road FROM jail_status s JOIN jail j ON j.id = s.jail_id WHERE s.road IS NOT NULL;

ALTER TABLE jail DROP COLUMN request_micros, DROP COLUMN stored_at;
ALTER TABLE jail_status DROP COLUMN road;
