package dev.bailiwick.server.account.user;

import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Role;
import java.util.Optional;

/** Where a new user belongs: to the staff of the installation, or to a customer. */
public sealed interface Membership {

    Role role();

    Optional<CustomerId> customer();

    /** Somebody who works for the installation. */
    record Staff(Role role) implements Membership {
        public Staff {
            if (!role.isStaff()) {
                throw new IllegalArgumentException("is not a role of staff: " + role);
            }
        }

        @Override
        public Optional<CustomerId> customer() {
            return Optional.empty();
        }
    }

    /** Somebody who belongs to a customer, as its owner or as a colleague. */
    record Of(CustomerId id, MemberRole member) implements Membership {

        /** An owner of the customer. */
        public Of(CustomerId id) {
            this(id, MemberRole.OWNER);
        }

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
