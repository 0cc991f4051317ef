-- The limits of a plan without a column of their own, and settings of the kernel: the most that its jails may have, and their default.
ALTER TABLE plan_version
    ADD COLUMN other_limits jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(other_limits) = 'object'),
    ADD COLUMN sysctls jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(sysctls) = 'object'),
    ADD CONSTRAINT plan_version_other_limits CHECK (
        (other_limits ->> 'shm')::bigint BETWEEN 1048576 AND 1099511627776
        AND (other_limits ->> 'tmp')::bigint BETWEEN 1048576 AND 1099511627776
        AND (other_limits ->> 'run')::bigint BETWEEN 1048576 AND 1099511627776
        AND (other_limits ->> 'memoryHigh')::bigint >= 4194304
        AND (other_limits ->> 'swap')::bigint >= 0
        AND (other_limits ->> 'cpuWeight')::bigint BETWEEN 1 AND 10000
        AND (other_limits ->> 'cpus') <> ''
        AND (other_limits ->> 'ioWeight')::bigint BETWEEN 1 AND 1000
        AND (other_limits ->> 'ioBytes')::bigint BETWEEN 65536 AND 1125899906842624
        AND (other_limits ->> 'ioOperations')::bigint BETWEEN 10 AND 1000000000
        AND (other_limits ->> 'files')::bigint BETWEEN 64 AND 1048576);
