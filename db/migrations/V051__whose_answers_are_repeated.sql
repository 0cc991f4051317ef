-- With which rights a request with an Idempotency-Key came: its answer is repeated only for somebody who still has them. Answers of earlier
-- versions are not repeated.
ALTER TABLE idempotency_key
    ADD COLUMN access_version bigint NOT NULL DEFAULT -1,
    ADD COLUMN scopes         text[] NOT NULL DEFAULT '{}';
