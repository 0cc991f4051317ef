-- As before, except that an old partition which somebody reads for long, such as a dump, does not keep new ones from being added: figures
-- without a partition cannot be stored. A later call drops what this one cannot.
CREATE OR REPLACE FUNCTION maintain_figure_partitions(today date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET lock_timeout = '3s' AS $$
DECLARE
    first date;
    old text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('maintain_figure_partitions'));
    FOR first IN SELECT generate_series(today::timestamp - interval '35 days', today::timestamp + interval '7 days', interval '1 day')::date LOOP
        PERFORM add_figure_partition('figure', 'figure_' || to_char(first, 'YYYYMMDD'), first, first + 1);
    END LOOP;
    FOR first IN SELECT (date_trunc('month', today::timestamp) + n * interval '1 month')::date FROM generate_series(-2, 1) AS n LOOP
        PERFORM add_figure_partition('figure_hour', 'figure_hour_' || to_char(first, 'YYYYMM'), first, (first + interval '1 month')::date);
    END LOOP;
    FOR old IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'figure'::regclass AND c.relname < 'figure_' || to_char(today - 35, 'YYYYMMDD')
            OR i.inhparent = 'figure_hour'::regclass AND c.relname < 'figure_hour_' || to_char(today - interval '2 years', 'YYYYMM')
    LOOP
        BEGIN
            EXECUTE format('DROP TABLE %I', old);
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            RAISE WARNING 'figures in % are older than they are kept, and cannot be dropped now: %', old, SQLERRM;
            EXIT;
        END;
    END LOOP;
END
$$;
