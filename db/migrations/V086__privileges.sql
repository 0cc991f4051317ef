-- Whether the setuid bit and file capabilities have effect in the jail.
ALTER TABLE jail ADD COLUMN privileges text NOT NULL DEFAULT 'none' CHECK (privileges IN ('none', 'setuid'));
