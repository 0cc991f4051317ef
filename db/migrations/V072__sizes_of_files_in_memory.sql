-- Limits without a column of their own, by their names in the API: numbers, and sizes in bytes.
ALTER TABLE jail
    ADD COLUMN other_limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(other_limits) = 'object'),
    ADD CONSTRAINT jail_sizes_of_files_in_memory CHECK (
        (other_limits ->> 'shm')::bigint BETWEEN 1048576 AND 1099511627776
        AND (other_limits ->> 'tmp')::bigint BETWEEN 1048576 AND 1099511627776
        AND (other_limits ->> 'run')::bigint BETWEEN 1048576 AND 1099511627776);
