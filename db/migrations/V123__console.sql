-- Whether the init of the jail has a terminal of its own, or a pipe to the log.
ALTER TABLE jail ADD COLUMN console text NOT NULL DEFAULT 'log' CHECK (console IN ('log', 'tty'));
