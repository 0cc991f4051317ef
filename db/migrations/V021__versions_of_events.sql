-- An event's detail has a form with a version. Version 0 is what was written before forms had versions; those events hash as they did
-- when they were written, and the version of every other is part of its hash.
ALTER TABLE audit_event ADD COLUMN version integer NOT NULL DEFAULT 0 CHECK (version >= 0);

CREATE OR REPLACE FUNCTION audit_event_hash(event audit_event) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(event.previous_hash || convert_to((jsonb_build_array(event.id, extract(epoch FROM event.at), event.actor,
        event.customer_id, event.subject_kind, event.subject_id, event.action, event.detail)
        || CASE WHEN event.version = 0 THEN '[]' ELSE jsonb_build_array(event.version) END)::text, 'UTF8'))
$$;
