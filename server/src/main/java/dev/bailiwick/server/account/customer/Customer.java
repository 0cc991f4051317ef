package dev.bailiwick.server.account.customer;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.quota.Quota;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.modulith.NamedInterface;

/**
 * A customer of the operator: jails belong to a customer.
 *
 * @param externalId the customer's number in the operator's own systems; unique
 * @param contact how people reach the customer: an e-mail address, or another text
 * @param reseller the customer whose owners have the rights of an owner for this one too; null if there is none
 * @param labels keys and values by which staff finds the customer
 * @param quota the most that its jails may have together, with those of its customers
 * @param suspendedAt when the customer was suspended: from then on its jails are stopped, and nothing of it is changed; null if it is not
 * @param suspensionReason why, for staff, and for the owners of the reseller if that suspended it
 * @param suspendedByReseller whether an owner of its reseller suspended it, and may lift that
 * @param resellerSuspended whether its reseller is suspended, which stops its jails as well
 * @param retiredAt when the customer was retired: from then on nothing is created for it; null if it is active
 * @param retirementFinalAt from when on the retirement cannot be undone
 */
@NamedInterface("customer")
public record Customer(
        CustomerId id,
        String name,
        @Nullable String externalId,
        @Nullable String contact,
        @Nullable CustomerId reseller,
        Map<String, String> labels,
        Quota quota,
        Instant createdAt,
        @Nullable Instant suspendedAt,
        @Nullable String suspensionReason,
        boolean suspendedByReseller,
        boolean resellerSuspended,
        @Nullable Instant retiredAt,
        @Nullable Instant retirementFinalAt) {

    /** Whether the customer or its reseller is suspended: then none of its jails is created, started or changed. */
    @JsonIgnore
    public boolean isSuspended() {
        return suspendedAt != null || resellerSuspended;
    }

    /** Whether jails of the customer can be created and changed. */
    @JsonIgnore
    public boolean isActive() {
        return !isSuspended() && retiredAt == null;
    }

    /** Returns what the caller sees of it: the owners of its reseller see neither how staff files it, nor why staff suspended it. */
    public Customer seenBy(Caller caller) {
        return caller.seesInstallation()
                ? this
                : new Customer(
                        id,
                        name,
                        null,
                        contact,
                        reseller,
                        Map.of(),
                        quota,
                        createdAt,
                        suspendedAt,
                        suspendedByReseller ? suspensionReason : null,
                        suspendedByReseller,
                        resellerSuspended,
                        retiredAt,
                        retirementFinalAt);
    }
}
