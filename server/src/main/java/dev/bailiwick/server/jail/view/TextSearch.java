package dev.bailiwick.server.jail.view;

import dev.bailiwick.server.database.RowAccess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The condition that a jail has a text in its name, hostname, external id, an address or the customer's name, or at the beginning of its
 * id. Among the jails of all customers, texts of three characters or more are found by indexes.
 */
final class TextSearch {

    /** The expression of the index {@code jail_search}. No text that is searched has a line feed. */
    private static final String TEXTS =
            "(j.name || chr(10) || lower(j.hostname) || chr(10) || lower(coalesce(j.external_id, ''))) LIKE lower(:text)";

    /** An array, because PostgreSQL combines indexes only for conditions on the jail's own columns. */
    private static final String OF_CUSTOMERS =
            " OR j.customer_id = ANY (ARRAY(SELECT n.id FROM customer n WHERE lower(n.name) LIKE lower(:text)))";

    private static final String OF_CUSTOMER =
            " OR EXISTS (SELECT FROM customer n WHERE n.id = j.customer_id AND lower(n.name) LIKE lower(:text))";

    private static final String WITH_ADDRESS =
            " OR EXISTS (SELECT FROM jail_address a WHERE a.jail_id = j.id AND host(a.address) LIKE lower(:text))";

    /** What can be part of an address. */
    private static final Pattern PART_OF_ADDRESS = Pattern.compile("[0-9A-Fa-f.:]+");

    /** More jails are found sooner one after another than by their addresses. */
    private static final int MAX_ADDRESSED = 1_000;

    /** More jails of the reach of a caller are found sooner one after another than by their ids. */
    private static final int MAX_MATCHING = 5_000;

    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final String FIRST_ID = "00000000-0000-0000-0000-000000000000";
    private static final String LAST_ID = FIRST_ID.replace('0', 'f');

    /** A shorter text is the beginning of too many ids. */
    private static final int MIN_OF_ID = 8;

    /** The indexes of texts do not find shorter ones. */
    private static final int MIN_OF_INDEX = 3;

    private final JdbcClient jdbc;

    TextSearch(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Returns the condition for a {@code jail j}.
     *
     * @param everywhere whether no other condition leaves few jails
     * @param parameters to which its parameters are added
     */
    String condition(String text, boolean everywhere, Map<String, Object> parameters) {
        String pattern = "%" + text.replaceAll("([\\\\%_])", "\\\\$1") + "%";
        parameters.put("text", pattern);
        return "(" + TEXTS + (everywhere ? OF_CUSTOMERS : OF_CUSTOMER) + ofIds(text, parameters)
                + (PART_OF_ADDRESS.matcher(text).matches() ? withAddress(pattern, everywhere, parameters) : "") + ")";
    }

    /**
     * Returns the condition for a {@code jail j} of thousands of customers. PostgreSQL may not compare a text before row-level security has
     * let the row pass, so a statement of a caller cannot use the indexes of texts. Here, one that sees everything finds the ids of the jails
     * within the reach; that of the caller reads these.
     *
     * @param reach the condition for jails that the caller may see
     * @param parameters those of the reach, to which others are added
     */
    String conditionWithin(String text, String reach, Map<String, Object> parameters) {
        if (text.length() < MIN_OF_INDEX) {
            return condition(text, false, parameters);
        }
        Map<String, Object> ofSearch = new HashMap<>(parameters);
        List<String> matching = RowAccess.everything()
                .call(() -> jdbc.sql("SELECT j.id FROM jail j WHERE " + condition(text, true, ofSearch) + " AND "
                                + reach + " LIMIT " + (MAX_MATCHING + 1))
                        .params(ofSearch)
                        .query((row, _) -> row.getString("id"))
                        .list());
        if (matching.size() > MAX_MATCHING) {
            return condition(text, false, parameters);
        }
        parameters.put("matching", matching.toArray(String[]::new));
        return "j.id = ANY ((SELECT :matching::uuid[])::uuid[])";
    }

    private static String ofIds(String text, Map<String, Object> parameters) {
        if (text.length() < MIN_OF_ID || text.length() > FIRST_ID.length()) {
            return "";
        }
        String first = text + FIRST_ID.substring(text.length());
        if (!ID.matcher(first).matches()) {
            return "";
        }
        parameters.put("firstId", UUID.fromString(first));
        parameters.put("lastId", UUID.fromString(text + LAST_ID.substring(text.length())));
        return " OR j.id BETWEEN :firstId AND :lastId";
    }

    private String withAddress(String pattern, boolean everywhere, Map<String, Object> parameters) {
        if (!everywhere) {
            return WITH_ADDRESS;
        }
        var addressed = jdbc.sql(
                        "SELECT jail_id FROM jail_address WHERE jail_id IS NOT NULL AND host(address) LIKE lower(:text)"
                                + " LIMIT " + (MAX_ADDRESSED + 1))
                .param("text", pattern)
                .query((row, number) -> row.getString("jail_id"))
                .list();
        if (addressed.size() > MAX_ADDRESSED) {
            return WITH_ADDRESS;
        }
        parameters.put("addressed", addressed.toArray(String[]::new));
        return " OR j.id = ANY (:addressed::uuid[])";
    }
}
