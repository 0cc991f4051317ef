-- When the kernel last killed processes of the jail for lack of memory, as far as the audit has an event of it. At most one in five minutes
-- counts, so that no host can fill the audit.
ALTER TABLE jail_status ADD COLUMN oom_killed_at timestamptz;
