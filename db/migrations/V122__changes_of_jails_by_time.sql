-- The changes of a jail are marked in its charts. A jail may have many other events, such as commands that were run in it.
CREATE INDEX audit_event_changes ON audit_event (subject_id, at) WHERE subject_kind = 'jail' AND action = 'jail.changed';
