package dev.bailiwick.server.account.customer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.springframework.modulith.NamedInterface;

/** Whether jails of a customer run. A retired customer has none. */
@NamedInterface("customer")
public enum CustomerState {
    ACTIVE,
    SUSPENDED,
    RETIRED;

    /** Returns the state of the customer. */
    public static CustomerState of(Customer customer) {
        if (customer.retiredAt() != null) {
            return RETIRED;
        }
        return customer.isSuspended() ? SUSPENDED : ACTIVE;
    }

    /** Returns the state with this text; empty if there is none. */
    public static Optional<CustomerState> find(String text) {
        return Arrays.stream(values())
                .filter(state -> state.text().equals(text))
                .findFirst();
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
