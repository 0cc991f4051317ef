-- What else a plan promises. Nothing holds a jail to it yet: it is kept for those who sell it. Null if the plan does not say.
ALTER TABLE plan_version
    ADD COLUMN ports         integer CHECK (ports BETWEEN 0 AND 65535),
    ADD COLUMN setuid        boolean,
    ADD COLUMN outgoing_mail boolean,
    ADD COLUMN backups       integer CHECK (backups BETWEEN 0 AND 1000);
