-- What jails use: see docs/adr/0065-figures-of-jails.md.
--
-- A row has the figures of one cgroup or link of a jail in one slot: the readings of each counter before the slot and at its end, and for each
-- gauge what its samples were. What the host does not measure is NULL. Rows outlive their jail, because it has to be paid for. The customer is
-- the one to whom the jail belonged when the row was stored.
CREATE TABLE figure (
    jail_id     uuid        NOT NULL,
    customer_id uuid        NOT NULL,
    -- A cgroup or a link: its counters began at 0.
    run         uuid        NOT NULL,
    slot        timestamptz NOT NULL CHECK (extract(epoch FROM slot) % 300 = 0),
    samples     integer     NOT NULL CHECK (samples > 0),
    cpu_time_first bigint, cpu_time_last bigint CHECK (cpu_time_last >= cpu_time_first AND cpu_time_first >= 0),
    throttled_time_first bigint, throttled_time_last bigint CHECK (throttled_time_last >= throttled_time_first AND throttled_time_first >= 0),
    cpu_pressure_first bigint, cpu_pressure_last bigint CHECK (cpu_pressure_last >= cpu_pressure_first AND cpu_pressure_first >= 0),
    memory_pressure_first bigint, memory_pressure_last bigint CHECK (memory_pressure_last >= memory_pressure_first AND memory_pressure_first >= 0),
    io_pressure_first bigint, io_pressure_last bigint CHECK (io_pressure_last >= io_pressure_first AND io_pressure_first >= 0),
    oom_kills_first bigint, oom_kills_last bigint CHECK (oom_kills_last >= oom_kills_first AND oom_kills_first >= 0),
    read_bytes_first bigint, read_bytes_last bigint CHECK (read_bytes_last >= read_bytes_first AND read_bytes_first >= 0),
    written_bytes_first bigint, written_bytes_last bigint CHECK (written_bytes_last >= written_bytes_first AND written_bytes_first >= 0),
    reads_first bigint, reads_last bigint CHECK (reads_last >= reads_first AND reads_first >= 0),
    writes_first bigint, writes_last bigint CHECK (writes_last >= writes_first AND writes_first >= 0),
    received_bytes_first bigint, received_bytes_last bigint CHECK (received_bytes_last >= received_bytes_first AND received_bytes_first >= 0),
    sent_bytes_first bigint, sent_bytes_last bigint CHECK (sent_bytes_last >= sent_bytes_first AND sent_bytes_first >= 0),
    received_packets_first bigint, received_packets_last bigint CHECK (received_packets_last >= received_packets_first AND received_packets_first >= 0),
    sent_packets_first bigint, sent_packets_last bigint CHECK (sent_packets_last >= sent_packets_first AND sent_packets_first >= 0),
    memory_minimum bigint, memory_mean bigint, memory_maximum bigint, memory_p95 bigint,
    swap_minimum bigint, swap_mean bigint, swap_maximum bigint, swap_p95 bigint,
    processes_minimum bigint, processes_mean bigint, processes_maximum bigint, processes_p95 bigint,
    PRIMARY KEY (jail_id, slot, run)
) PARTITION BY RANGE (slot);

-- The same by the hour.
CREATE TABLE figure_hour (
    jail_id     uuid        NOT NULL,
    customer_id uuid        NOT NULL,
    run         uuid        NOT NULL,
    slot        timestamptz NOT NULL CHECK (extract(epoch FROM slot) % 3600 = 0),
    samples     integer     NOT NULL CHECK (samples > 0),
    cpu_time_first bigint, cpu_time_last bigint CHECK (cpu_time_last >= cpu_time_first AND cpu_time_first >= 0),
    throttled_time_first bigint, throttled_time_last bigint CHECK (throttled_time_last >= throttled_time_first AND throttled_time_first >= 0),
    cpu_pressure_first bigint, cpu_pressure_last bigint CHECK (cpu_pressure_last >= cpu_pressure_first AND cpu_pressure_first >= 0),
    memory_pressure_first bigint, memory_pressure_last bigint CHECK (memory_pressure_last >= memory_pressure_first AND memory_pressure_first >= 0),
    io_pressure_first bigint, io_pressure_last bigint CHECK (io_pressure_last >= io_pressure_first AND io_pressure_first >= 0),
    oom_kills_first bigint, oom_kills_last bigint CHECK (oom_kills_last >= oom_kills_first AND oom_kills_first >= 0),
    read_bytes_first bigint, read_bytes_last bigint CHECK (read_bytes_last >= read_bytes_first AND read_bytes_first >= 0),
    written_bytes_first bigint, written_bytes_last bigint CHECK (written_bytes_last >= written_bytes_first AND written_bytes_first >= 0),
    reads_first bigint, reads_last bigint CHECK (reads_last >= reads_first AND reads_first >= 0),
    writes_first bigint, writes_last bigint CHECK (writes_last >= writes_first AND writes_first >= 0),
    received_bytes_first bigint, received_bytes_last bigint CHECK (received_bytes_last >= received_bytes_first AND received_bytes_first >= 0),
    sent_bytes_first bigint, sent_bytes_last bigint CHECK (sent_bytes_last >= sent_bytes_first AND sent_bytes_first >= 0),
    received_packets_first bigint, received_packets_last bigint CHECK (received_packets_last >= received_packets_first AND received_packets_first >= 0),
    sent_packets_first bigint, sent_packets_last bigint CHECK (sent_packets_last >= sent_packets_first AND sent_packets_first >= 0),
    memory_minimum bigint, memory_mean bigint, memory_maximum bigint, memory_p95 bigint,
    swap_minimum bigint, swap_mean bigint, swap_maximum bigint, swap_p95 bigint,
    processes_minimum bigint, processes_mean bigint, processes_maximum bigint, processes_p95 bigint,
    PRIMARY KEY (jail_id, slot, run, customer_id)
) PARTITION BY RANGE (slot);

DO $$
DECLARE
    protected text;
BEGIN
    FOREACH protected IN ARRAY ARRAY['figure', 'figure_hour'] LOOP
        EXECUTE format('CREATE POLICY of_customer ON %I TO bailiwick_application '
            'USING (customer_id = ANY ((SELECT accessible_customers())::uuid[]))', protected);
        EXECUTE format('CREATE POLICY of_colleague ON %I TO bailiwick_application USING (EXISTS (SELECT FROM jail_grant g '
            'WHERE g.user_id = (SELECT accessing_user()) AND g.jail_id = %I.jail_id AND g.customer_id = %I.customer_id))',
            protected, protected, protected);
        EXECUTE format('CREATE POLICY everything ON %I TO bailiwick_everything USING (true) WITH CHECK (true)', protected);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', protected);
    END LOOP;
END
$$;

-- Adds a partition, unless it exists. Rows are reached through the partitioned table only, whose policies apply: the partition itself has row-level
-- security without policies, so whoever names it sees nothing.
CREATE FUNCTION add_figure_partition(partitioned text, name text, first date, beyond date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass(format('%I', name)) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) WITH (fillfactor = 80)', name, partitioned);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    -- Not as a partition at once: that would lock out readers and writers of the others.
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partitioned, name,
        first::timestamp AT TIME ZONE 'UTC', beyond::timestamp AT TIME ZONE 'UTC');
END
$$;

-- Adds the partitions in which figures may be stored in the next week, and drops those with figures older than 35 days, or than 2 years by the
-- hour. The server calls it every few hours. It is executed as the owner of the tables.
CREATE FUNCTION maintain_figure_partitions(today date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET lock_timeout = '10s' AS $$
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
        EXECUTE format('DROP TABLE %I', old);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION add_figure_partition(text, text, date, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION maintain_figure_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_figure_partitions(date) TO bailiwick_everything;

SELECT maintain_figure_partitions((now() AT TIME ZONE 'UTC')::date);
