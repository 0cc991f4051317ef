-- Limits of bandwidth, in bits a second, and of connections.
ALTER TABLE jail ADD CONSTRAINT jail_limits_of_the_network CHECK (
    (other_limits ->> 'bandwidthIn')::bigint BETWEEN 64000 AND 100000000000
    AND (other_limits ->> 'bandwidthOut')::bigint BETWEEN 64000 AND 100000000000
    AND (other_limits ->> 'connections')::bigint BETWEEN 64 AND 16384);

ALTER TABLE plan_version ADD CONSTRAINT plan_version_limits_of_the_network CHECK (
    (other_limits ->> 'bandwidthIn')::bigint BETWEEN 64000 AND 100000000000
    AND (other_limits ->> 'bandwidthOut')::bigint BETWEEN 64000 AND 100000000000
    AND (other_limits ->> 'connections')::bigint BETWEEN 64 AND 16384);
