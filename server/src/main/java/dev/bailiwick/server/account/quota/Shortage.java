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

    /** @param of whose bound it is */
    Violation violation(String of) {
        return new Violation(
                measure.pointer(),
                "asks for " + measure.text(asked) + ", but " + measure.text(used) + " of the " + of + "'s "
                        + measure.text(bound) + " are used");
    }
}
