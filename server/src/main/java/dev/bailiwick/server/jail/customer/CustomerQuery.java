package dev.bailiwick.server.jail.customer;

import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.customer.CustomerState;
import dev.bailiwick.server.page.PageAddress;
import java.util.Objects;
import java.util.Optional;

/** The parameters of the list of customers. Invalid values are ignored. */
record CustomerQuery(String q, String state, String from) {

    CustomerQuery {
        q = Objects.requireNonNullElse(q, "").strip();
        state = Objects.requireNonNullElse(state, "");
        from = Objects.requireNonNullElse(from, "");
    }

    boolean unfiltered() {
        return q.isEmpty() && state.isEmpty() && from.isEmpty();
    }

    Optional<String> text() {
        return q.isEmpty() ? Optional.empty() : Optional.of(q);
    }

    Optional<CustomerState> wantedState() {
        return CustomerState.find(state);
    }

    Optional<CustomerId> start() {
        try {
            return from.isEmpty() ? Optional.empty() : Optional.of(CustomerId.parse(from));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }

    /** Returns the address of the list that starts at this customer. */
    String address(String start) {
        return new PageAddress("/customers")
                .with("q", q)
                .with("state", state)
                .with("from", start)
                .text();
    }
}
