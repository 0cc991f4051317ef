-- How a customer is reached and filed, that it is suspended, and until when its retirement can be undone.
ALTER TABLE customer
    ADD COLUMN contact           text CHECK (is_plain(contact)),
    ADD COLUMN labels            jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(labels) = 'object'),
    ADD COLUMN suspended_at      timestamptz,
    ADD COLUMN suspension_reason text CHECK (is_plain(suspension_reason)),
    -- From when on the retirement cannot be undone.
    ADD COLUMN retirement_final_at timestamptz,
    ADD CONSTRAINT customer_suspension CHECK ((suspended_at IS NULL) = (suspension_reason IS NULL));
UPDATE customer SET retirement_final_at = retired_at WHERE retired_at IS NOT NULL;
ALTER TABLE customer ADD CONSTRAINT customer_retirement CHECK ((retired_at IS NULL) = (retirement_final_at IS NULL));

-- That a jail's customer is suspended: its host receives it as wanted stopped, while what is wanted of the jail stays as it is. Written in the
-- transaction that suspends the customer or lifts the suspension.
ALTER TABLE jail ADD COLUMN suspended boolean NOT NULL DEFAULT false;

CREATE INDEX customer_by_name ON customer (lower(name), id);
