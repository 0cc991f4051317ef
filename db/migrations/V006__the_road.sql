-- Where the time went from a request to what its host made of it. Servers and hosts have clocks of their own: each part is a
-- duration by one clock, and what lies between two machines is measured by the database's.

-- How long a server had had the request when it wrote the definition, and when that was.
ALTER TABLE jail ADD COLUMN request_micros bigint NOT NULL DEFAULT 0 CHECK (request_micros >= 0);
ALTER TABLE jail ADD COLUMN stored_at timestamptz NOT NULL DEFAULT clock_timestamp();

-- The parts of the change that the steps are of; null where they are of none that was asked for, such as a restart after a crash.
ALTER TABLE jail_status ADD COLUMN road jsonb CHECK (jsonb_typeof(road) = 'object');

CREATE FUNCTION micros_between(earlier timestamptz, later timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(0, (extract(epoch FROM later - earlier) * 1000000)::bigint)
$$;
