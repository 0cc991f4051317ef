package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.validation.Violation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A bound that does not leave enough.
 *
 * @param used what is used, without what is asked for
 * @param asked what is asked for in addition
 * @param unlimited how many jails may take any amount
 */
record Shortage(Measure measure, long used, long asked, long bound, long unlimited) {

    /** Returns the figures, as a problem document has them. */
    Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("quota", measure.member());
        figures.put("used", used);
        figures.put("asked", asked);
        figures.put("bound", bound);
        return figures;
    }

    /** @param has whose bound it is, and what that has: for example {@code the customer already has} */
    Violation violation(String has) {
        return new Violation(
                measure.pointer(),
                measure.asked(asked) + ", but " + has + " " + measure.figure(used) + " of " + measure.text(bound));
    }

    /** Says why a customer's jails do not fit into the quota of a reseller. */
    String textOfCustomer() {
        String fits = "has " + measure.text(asked) + ", but the reseller already has " + measure.figure(used) + " of "
                + measure.text(bound);
        return unlimited == 0 ? fits : fits + ", and " + measure.unknown(unlimited);
    }
}
