-- Whose a suspension is: a reseller suspends its customers, and nobody there lifts what staff has suspended.
ALTER TABLE customer
    ADD COLUMN suspended_by_reseller boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT customer_suspended_by_reseller CHECK (NOT suspended_by_reseller OR suspended_at IS NOT NULL AND reseller_id IS NOT NULL),
-- That the reseller of a customer is suspended, which stops the customer's jails like a suspension of its own. Written in the transaction that
-- suspends the reseller or lifts that, or gives the customer another reseller. Stored here, because the people of the customer do not see
-- the reseller.
    ADD COLUMN reseller_suspended boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT customer_reseller_suspended CHECK (NOT reseller_suspended OR reseller_id IS NOT NULL);

-- Only when the reseller changes: a statement that sets all columns of a customer would lock its reseller after it, against the order of locks.
DROP TRIGGER customer_has_one_level ON customer;
CREATE TRIGGER customer_has_one_level AFTER UPDATE OF reseller_id ON customer
    FOR EACH ROW WHEN (OLD.reseller_id IS DISTINCT FROM NEW.reseller_id) EXECUTE FUNCTION customer_has_one_level();
CREATE TRIGGER created_customer_has_one_level AFTER INSERT ON customer
    FOR EACH ROW WHEN (NEW.reseller_id IS NOT NULL) EXECUTE FUNCTION customer_has_one_level();
