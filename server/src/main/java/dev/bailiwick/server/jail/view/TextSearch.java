package dev.bailiwick.server.jail.view;

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

    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final String FIRST_ID = "00000000-0000-0000-0000-000000000000";
    private static final String LAST_ID = FIRST_ID.replace('0', 'f');

    /** A shorter text is the beginning of too many ids. */
    private static final int MIN_OF_ID = 8;

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
