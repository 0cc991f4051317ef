-- Whether a jail is started again after its init has ended by itself, and after how many restarts in a row it stays ended.
ALTER TABLE jail
    ADD COLUMN restart_policy text NOT NULL DEFAULT 'always' CHECK (restart_policy IN ('always', 'on-failure', 'never')),
    ADD COLUMN restart_limit integer CHECK (restart_limit BETWEEN 1 AND 1000),
    ADD CONSTRAINT jail_restart_limit_of_restarts CHECK (restart_limit IS NULL OR restart_policy <> 'never');
