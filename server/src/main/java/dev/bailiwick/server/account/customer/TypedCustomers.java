package dev.bailiwick.server.account.customer;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.problem.InvalidRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.modulith.NamedInterface;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The customers that people name by typing an id, an external id or a name, in upper or lower case. An id comes before an external id,
 * an external id before a name, and the name of an active customer before that of a retired one. Only the customers that the caller sees
 * or belongs to count, and only staff uses external ids. Needs no scope.
 */
@NamedInterface("customer")
@Service
public class TypedCustomers {

    /** The maximum number of suggestions. */
    public static final int MAX_SUGGESTIONS = 20;

    private static final String MEANT = """
            SELECT id, CASE WHEN id = :id::uuid THEN 1 WHEN :staff AND external_id = :text THEN 2 WHEN retired_at IS NULL THEN 3 ELSE 4 END AS rank
            FROM customer
            WHERE id = :id::uuid OR :staff AND external_id = :text OR lower(name) = lower(:text)
            ORDER BY rank
            """;

    private static final String SUGGESTED = """
            SELECT c.id, c.name, CASE WHEN :staff THEN c.external_id END AS external_id, NOT EXISTS (
                    SELECT FROM customer other WHERE other.id <> c.id AND (:staff AND other.external_id = c.name
                        OR lower(other.name) = lower(c.name) AND (other.retired_at IS NULL OR c.retired_at IS NOT NULL))) AS named
            FROM (
                SELECT * FROM customer
                WHERE id = :id::uuid OR :id::uuid IS NULL AND retired_at IS NULL
                    AND (strpos(lower(name), lower(:text)) > 0 OR :staff AND strpos(lower(external_id), lower(:text)) > 0)
                ORDER BY strpos(lower(name), lower(:text)) <> 1, lower(name), id LIMIT :limit) AS c
            ORDER BY strpos(lower(c.name), lower(:text)) <> 1, lower(c.name), c.id
            """;

    private final JdbcClient jdbc;

    TypedCustomers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A customer that can be typed.
     *
     * @param text what {@link #find} takes for this customer alone: its name, or its external id or id if others have the name
     */
    public record Suggestion(CustomerId id, String text, String name) {}

    private record Meant(CustomerId id, int rank) {}

    /**
     * Returns the customer that the text means.
     *
     * @throws InvalidRequest at {@code /customer}, if the text means no customer that the caller may see, or several
     */
    @Transactional(readOnly = true)
    public CustomerId find(Caller caller, String typed) {
        String text = typed.strip();
        if (text.isEmpty()) {
            throw new InvalidRequest("/customer", "must be chosen");
        }
        List<Meant> found = PlainText.fault(text).isPresent() ? List.of() : meant(caller, text);
        List<Meant> best = found.stream()
                .filter(one -> one.rank() == found.getFirst().rank())
                .toList();
        if (best.isEmpty()) {
            throw new InvalidRequest("/customer", "is not the name or the id of a customer");
        }
        if (best.size() > 1) {
            throw new InvalidRequest("/customer", "is the name of " + best.size() + " customers; type the id of one");
        }
        return best.getFirst().id();
    }

    private List<Meant> meant(Caller caller, String text) {
        return jdbc
                .sql(MEANT)
                .param("id", id(text), Types.OTHER)
                .param("text", text)
                .param("staff", caller.seesInstallation())
                .query((row, number) -> new Meant(id(row), row.getInt("rank")))
                .list()
                .stream()
                .filter(one -> visible(caller, one.id()))
                .toList();
    }

    /** Returns what a field shows for the text: of the id of a customer, the text of its suggestion; otherwise the same. */
    @Transactional(readOnly = true)
    public String text(Caller caller, String typed) {
        @Nullable UUID id = id(typed.strip());
        return id == null
                ? typed
                : suggested(caller, "", id).stream()
                        .findFirst()
                        .map(Suggestion::text)
                        .orElse(typed);
    }

    /**
     * Returns active customers, at most {@value #MAX_SUGGESTIONS}: first those whose name begins with the text, then those that have it in
     * their name or external id, each by name.
     */
    @Transactional(readOnly = true)
    public List<Suggestion> suggest(Caller caller, String typed) {
        String text = typed.strip();
        return PlainText.fault(text).isPresent() ? List.of() : suggested(caller, text, null);
    }

    private List<Suggestion> suggested(Caller caller, String text, @Nullable UUID id) {
        return jdbc
                .sql(SUGGESTED)
                .param("id", id, Types.OTHER)
                .param("text", text)
                .param("staff", caller.seesInstallation())
                .param("limit", MAX_SUGGESTIONS)
                .query((row, number) -> suggestion(row))
                .list()
                .stream()
                .filter(one -> visible(caller, one.id()))
                .toList();
    }

    private static Suggestion suggestion(ResultSet row) throws SQLException {
        CustomerId id = id(row);
        String name = row.getString("name");
        String other = Optional.ofNullable(row.getString("external_id")).orElse(id.toString());
        return new Suggestion(id, row.getBoolean("named") ? name : other, name);
    }

    private static boolean visible(Caller caller, CustomerId id) {
        return caller.sees(id) || caller.access().members().contains(id);
    }

    private static CustomerId id(ResultSet row) throws SQLException {
        return new CustomerId(row.getObject("id", UUID.class));
    }

    private static @Nullable UUID id(String text) {
        try {
            return CustomerId.parse(text).value();
        } catch (InvalidValue notAnId) {
            return null;
        }
    }
}
