-- Months whose use is billed: see docs/adr/0072-sealed-months.md.
--
-- A month is closed first, in a short transaction: from then on no reading changes its hours. Then what was used is computed and sealed,
-- which may take long, and begins again after a crash.
CREATE TABLE usage_seal (
    period    date        PRIMARY KEY CHECK (extract(day FROM period) = 1),
    closed_at timestamptz NOT NULL,
    sealed_at timestamptz CHECK (sealed_at >= closed_at),
    -- SHA-256, as usage_digest computes it.
    digest    bytea       CHECK (length(digest) = 32),
    CHECK ((sealed_at IS NULL) = (digest IS NULL))
);

-- What a jail used in a sealed month, with what it and its customer were called then. Rows outlive jails.
CREATE TABLE sealed_usage (
    period               date NOT NULL REFERENCES usage_seal,
    customer_id          uuid NOT NULL,
    jail_id              uuid NOT NULL,
    customer_name        text NOT NULL,
    customer_external_id text,
    jail_name            text,
    external_id          text,
    cpu_time bigint, throttled_time bigint, cpu_pressure bigint, memory_pressure bigint, io_pressure bigint, oom_kills bigint,
    read_bytes bigint, written_bytes bigint, reads bigint, writes bigint,
    received_bytes bigint, sent_bytes bigint, received_packets bigint, sent_packets bigint,
    PRIMARY KEY (period, customer_id, jail_id)
);
CREATE POLICY of_customer ON sealed_usage TO bailiwick_application
    USING (customer_id = ANY ((SELECT accessible_customers())::uuid[]));
CREATE POLICY of_colleague ON sealed_usage TO bailiwick_application USING (EXISTS (SELECT FROM jail_grant g
    WHERE g.user_id = (SELECT accessing_user()) AND g.jail_id = sealed_usage.jail_id AND g.customer_id = sealed_usage.customer_id));
CREATE POLICY everything ON sealed_usage TO bailiwick_everything USING (true) WITH CHECK (true);
ALTER TABLE sealed_usage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- The digest of the rows of a month. A column that a later version adds does not change it for the months before.
CREATE FUNCTION usage_digest(month date) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(string_agg(sha256(convert_to(jsonb_strip_nulls(to_jsonb(s))::text, 'UTF8')), ''::bytea
        ORDER BY s.customer_id, s.jail_id), ''::bytea))
    FROM sealed_usage s WHERE s.period = month
$$;

CREATE FUNCTION usage_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % keeps what is sealed', TG_OP, TG_TABLE_NAME;
END
$$;
CREATE TRIGGER is_sealed BEFORE UPDATE OR DELETE ON sealed_usage FOR EACH ROW EXECUTE FUNCTION usage_is_sealed();
CREATE TRIGGER is_sealed_as_a_whole BEFORE TRUNCATE ON sealed_usage EXECUTE FUNCTION usage_is_sealed();
CREATE TRIGGER is_closed BEFORE DELETE ON usage_seal FOR EACH ROW EXECUTE FUNCTION usage_is_sealed();
CREATE TRIGGER is_sealed BEFORE UPDATE ON usage_seal FOR EACH ROW
    WHEN (OLD.sealed_at IS NOT NULL OR (OLD.period, OLD.closed_at) IS DISTINCT FROM (NEW.period, NEW.closed_at))
    EXECUTE FUNCTION usage_is_sealed();
CREATE TRIGGER is_sealed_as_a_whole BEFORE TRUNCATE ON usage_seal EXECUTE FUNCTION usage_is_sealed();

CREATE FUNCTION no_more_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM usage_seal s WHERE s.period = NEW.period AND s.sealed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'what was used in % is sealed', NEW.period;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER no_more_usage BEFORE INSERT ON sealed_usage FOR EACH ROW EXECUTE FUNCTION no_more_usage();

-- As before, except that figures by the hour are kept for 25 months, one more than sealed months are verified for, and until their month or a
-- later one is sealed.
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
            OR i.inhparent = 'figure_hour'::regclass AND c.relname < 'figure_hour_' || to_char(today - interval '25 months', 'YYYYMM')
                AND c.relname <= (SELECT 'figure_hour_' || to_char(max(s.period), 'YYYYMM') FROM usage_seal s WHERE s.sealed_at IS NOT NULL)
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
