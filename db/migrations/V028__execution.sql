-- How the command of a jail is executed: as which of the jail's users (user or user:group; none for root), in which directory (none for
-- the root directory), and which directories below /run its host creates for it.
ALTER TABLE jail
    ADD COLUMN command_user text CHECK (command_user ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$'),
    ADD COLUMN working_directory text CHECK (working_directory LIKE '/_%' AND length(working_directory) <= 1024),
    ADD COLUMN run_directories jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(run_directories) = 'array');
