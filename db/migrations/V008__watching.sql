-- An override may only watch: then what something staged would refuse is logged, and decided as without it. It stands beside the
-- call's other override, if there is one.
ALTER TABLE policy_override
    DROP CONSTRAINT policy_override_decision_check,
    ADD CONSTRAINT policy_override_decision_check
        CHECK (decision IN ('allow', 'log', 'kill') OR decision LIKE 'deny:E_%' OR decision LIKE 'watch:_%');
