package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.Role;
import java.util.Optional;

/** The group that a user belongs to: the operators, or the people of one customer. */
public sealed interface Membership {

    Role role();

    Optional<CustomerId> customer();

    /** An operator, who runs the installation. */
    record Operator() implements Membership {
        @Override
        public Role role() {
            return Role.OPERATOR;
        }

        @Override
        public Optional<CustomerId> customer() {
            return Optional.empty();
        }
    }

    /** A person or program of a customer. */
    record Of(CustomerId id) implements Membership {
        @Override
        public Role role() {
            return Role.CUSTOMER;
        }

        @Override
        public Optional<CustomerId> customer() {
            return Optional.of(id);
        }
    }
}
