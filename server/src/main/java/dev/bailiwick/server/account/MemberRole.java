package dev.bailiwick.server.account;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What a user is to a customer. */
public enum MemberRole {
    /** Decides for the customer: has the rights of a customer on all its jails, and chooses its people. */
    @JsonProperty("owner")
    OWNER,
    /** Has the rights that were chosen, on the jails that were chosen. */
    @JsonProperty("colleague")
    COLLEAGUE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
