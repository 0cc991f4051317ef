-- What jails were refused, as their hosts count it: rolled up by the hour, and kept for a month.

CREATE TABLE denial (
    jail_id   uuid        NOT NULL REFERENCES jail ON DELETE CASCADE,
    -- The hour's beginning.
    hour      timestamptz NOT NULL CHECK (extract(epoch FROM hour) % 3600 = 0),
    -- A system call's name; 'unknown', 'x32' or 'foreign' for calls that the table does not have.
    call      text        NOT NULL CHECK (length(call) BETWEEN 1 AND 64),
    -- What the process got: the name of an error, 'error' where it is not known which, 'kill', or 'log' where the call went on.
    answer    text        NOT NULL CHECK (answer ~ '^(E[A-Z0-9]{1,20}|error|kill|log)$'),
    count     bigint      NOT NULL CHECK (count > 0),
    -- Some may have been missed.
    at_least  boolean     NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (jail_id, hour, call, answer)
) WITH (fillfactor = 70);
CREATE INDEX denial_hour ON denial (hour);

-- The last batch of each host that has been counted: the same one again counts for nothing.
CREATE TABLE denial_batch (
    host_id  uuid PRIMARY KEY REFERENCES host ON DELETE CASCADE,
    -- Every process of an agent has its own.
    run      uuid   NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0)
) WITH (fillfactor = 70);
