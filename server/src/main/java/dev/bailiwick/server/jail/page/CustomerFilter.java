package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** Reads the customer by which somebody filters jails. */
@Component
public class CustomerFilter {

    private final TypedCustomers customers;
    private final MessageSource messages;

    CustomerFilter(TypedCustomers customers, MessageSource messages) {
        this.customers = customers;
        this.messages = messages;
    }

    /**
     * The customer of a query.
     *
     * @param query the same query with the id of the customer; as it was, and so without any match, if the customer is unclear
     * @param text what the field shows
     * @param problem a sentence that says why the customer is unclear; null if it is clear
     */
    public record FilteredCustomer(
            JailQuery query, String text, @Nullable String problem) {}

    public FilteredCustomer read(Caller caller, JailQuery query) {
        if (query.customer().isEmpty()) {
            return new FilteredCustomer(query, "", null);
        }
        try {
            String id = customers.find(caller, query.customer()).toString();
            return new FilteredCustomer(query.of(id), customers.text(caller, query.customer()), null);
        } catch (InvalidRequest unclear) {
            String reason = unclear.violations().getFirst().message();
            return new FilteredCustomer(
                    query,
                    query.customer(),
                    messages.getMessage(
                            "jails.customer.unclear", new Object[] {query.customer(), reason}, Locale.ENGLISH));
        }
    }
}
