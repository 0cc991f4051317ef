package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The role of a user in this installation. {@link Right} says what each role may do. */
public enum Role {
    /** Answers for the installation: may do everything in it, and chooses who works in it. */
    @JsonProperty("owner")
    OWNER,
    /** Runs the installation. */
    @JsonProperty("operator")
    OPERATOR,
    /** Sees the installation, to help its customers. */
    @JsonProperty("support")
    SUPPORT,
    /** Sees the installation, sells plans and quotas, and suspends customers that do not pay. */
    @JsonProperty("billing")
    BILLING,
    /** Belongs to customers, and sees only what is theirs. */
    @JsonProperty("customer")
    CUSTOMER;

    /** @param text a role as {@link #toString} writes it */
    public static Role parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Whether users with this role work for the installation, and belong to no customer. */
    public boolean isStaff() {
        return this != CUSTOMER;
    }

    /** Returns all scopes that users with this role, and their tokens, may have. */
    public Set<Scope> scopes() {
        Predicate<Right> had = isStaff()
                ? right -> right.isOf(this)
                : right -> right.isOf(this) || right.isOfResellers() || right.isGrantable();
        return Arrays.stream(Right.values())
                .filter(had)
                .flatMap(right -> right.scopes().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
