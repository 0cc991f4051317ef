-- The owners of a reseller have other rights once it has another customer, also one that is created as such.
CREATE TRIGGER reseller_given AFTER INSERT ON customer
    FOR EACH ROW WHEN (NEW.reseller_id IS NOT NULL) EXECUTE FUNCTION reseller_changed();

-- A customer that is being created is nobody's to see yet: an owner of a reseller may store one below it.
CREATE POLICY of_reseller_creating ON customer FOR INSERT TO bailiwick_application
    WITH CHECK (reseller_id = ANY ((SELECT accessible_customers())::uuid[]));
