-- Questions to hosts that one server replica asks while another holds the host's stream, and their answers. A row exists for as long as
-- its question is waited for: seconds. Unlogged, so no commit waits for a disk, and none is there after a crash of the database, when
-- nobody waits for it either. No foreign key: it would wait for whoever changes the host.
CREATE UNLOGGED TABLE host_question (
    id         uuid PRIMARY KEY,
    host_id    uuid        NOT NULL,
    -- A Question and an Answer of agent.proto.
    question   bytea       NOT NULL CHECK (length(question) <= 65536),
    answer     bytea       CHECK (length(answer) <= 262144),
    expires_at timestamptz NOT NULL,
    -- The session of the host that was sent the question: it is sent once.
    taken_by   uuid,
    CONSTRAINT host_question_answered_by_taker CHECK (answer IS NULL OR taken_by IS NOT NULL)
);
CREATE INDEX host_question_expiry ON host_question (expires_at);
