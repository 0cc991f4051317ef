-- Limits of memory before slowing, swap, CPU shares, disk and open files; sizes in bytes.
ALTER TABLE jail ADD CONSTRAINT jail_limits_of_resources CHECK (
    (other_limits ->> 'memoryHigh')::bigint >= 4194304
    AND (other_limits ->> 'swap')::bigint >= 0
    AND (other_limits ->> 'cpuWeight')::bigint BETWEEN 1 AND 10000
    AND (other_limits ->> 'cpus') <> ''
    AND (other_limits ->> 'ioWeight')::bigint BETWEEN 1 AND 1000
    AND (other_limits ->> 'ioBytes')::bigint BETWEEN 65536 AND 1125899906842624
    AND (other_limits ->> 'ioOperations')::bigint BETWEEN 10 AND 1000000000
    AND (other_limits ->> 'files')::bigint BETWEEN 64 AND 1048576);
