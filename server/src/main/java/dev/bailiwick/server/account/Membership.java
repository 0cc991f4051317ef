package dev.bailiwick.server.account;

import java.util.Optional;

/** Where a user belongs: to those who run the installation, or to one customer. */
public sealed interface Membership {

    Role role();

    Optional<CustomerId> customer();

    /** One who runs the installation. */
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

    /** One of a customer's people. */
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
