-- Whether a small init of the host is the first process of a jail and runs its command.
ALTER TABLE jail ADD COLUMN init boolean NOT NULL DEFAULT false;
