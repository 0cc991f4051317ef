-- Events get their place in the chain after the commit of what they record, so that no writing transaction waits for another's.
--
-- A transaction stores its events here. Once it has committed they are moved into the chain, under one lock, by seal_events: whatever
-- reads audit_event sees sealed events alone, without gaps. The sequence is drawn when the transaction is about to commit, after it has
-- taken all its locks: whatever depends on another transaction has higher numbers, so the chain keeps that order.
CREATE TABLE unsealed_event (
    sequence     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    actor        text        NOT NULL CHECK (length(actor) > 0),
    customer_id  uuid,
    subject_kind text        NOT NULL CHECK (length(subject_kind) > 0),
    subject_id   text        NOT NULL CHECK (length(subject_id) > 0),
    action       text        NOT NULL CHECK (length(action) > 0),
    version      integer     NOT NULL CHECK (version > 0),
    detail       jsonb       NOT NULL
);

CREATE FUNCTION unsealed_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER unsealed_event_refuse BEFORE UPDATE OR TRUNCATE ON unsealed_event
    FOR EACH STATEMENT EXECUTE FUNCTION unsealed_event_refuse();

-- What a transaction has to say on a channel. NOTIFY takes one lock of the whole server from before the commit is written to disk until
-- after it, so transactions that notify are committed one at a time. Those of the API leave it here, with the commit; seal_events sends it.
CREATE TABLE unsent_notification (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel  text NOT NULL,
    payload  text NOT NULL
);

CREATE FUNCTION notify_after_commit(channel text, payload text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO unsent_notification (channel, payload) VALUES (channel, payload)
$$;

-- Sends the payloads on a channel, as few notifications as can be: a line for each, 150 to a notification, which holds 8000 bytes.
CREATE FUNCTION notify_together(channel text, payloads text[]) RETURNS bigint LANGUAGE sql AS $$
    WITH numbered AS (
        SELECT payload, (row_number() OVER (ORDER BY payload) - 1) / CASE channel WHEN 'host_changed' THEN 1 ELSE 150 END AS part
        FROM (SELECT DISTINCT payload FROM unnest(payloads) AS each(payload)) AS once),
    sent AS (SELECT pg_notify(channel, string_agg(payload, E'\n' ORDER BY payload)) FROM numbered GROUP BY part)
    SELECT count(*) FROM sent
$$;

-- Seals events of committed transactions, the oldest first, and sends the notifications that they left. Returns how many rows it moved,
-- at_most where there may be more. One caller at a time; the lock is the one that the trigger of audit_event takes for each row.
CREATE FUNCTION seal_events(at_most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    sealed bigint;
    sent bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_event'));
    WITH moved AS (
        DELETE FROM unsealed_event WHERE sequence IN (SELECT sequence FROM unsealed_event ORDER BY sequence LIMIT at_most)
        RETURNING *)
    INSERT INTO audit_event (at, actor, customer_id, subject_kind, subject_id, action, version, detail)
    SELECT at, actor, customer_id, subject_kind, subject_id, action, version, detail FROM moved ORDER BY sequence;
    GET DIAGNOSTICS sealed = ROW_COUNT;

    WITH taken AS (
        DELETE FROM unsent_notification WHERE sequence IN (SELECT sequence FROM unsent_notification ORDER BY sequence LIMIT at_most)
        RETURNING *),
    notified AS (SELECT notify_together(channel, array_agg(payload)) FROM taken GROUP BY channel)
    SELECT (SELECT count(*) FROM taken) + 0 * (SELECT count(notify_together) FROM notified) INTO sent;
    RETURN greatest(sealed, sent);
END
$$;
