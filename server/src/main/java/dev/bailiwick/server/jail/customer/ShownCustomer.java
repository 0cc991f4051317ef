package dev.bailiwick.server.jail.customer;

import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerState;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.Moment;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A customer as its page shows it.
 *
 * @param reseller the name of its reseller, whose id is {@code resellerId}; null if there is none
 * @param suspensionReason empty if the customer is not suspended
 * @param byReseller whether an owner of its reseller suspended it
 * @param resellerSuspended whether its reseller is suspended
 * @param restorable whether its retirement can be undone
 */
record ShownCustomer(
        String id,
        String name,
        String state,
        @Nullable String externalId,
        @Nullable String contact,
        @Nullable String reseller,
        @Nullable String resellerId,
        Map<String, String> labels,
        Moment created,
        @Nullable Moment suspended,
        @Nullable String suspensionReason,
        boolean byReseller,
        boolean resellerSuspended,
        @Nullable Moment retired,
        @Nullable Moment retirementFinal,
        boolean restorable) {

    static ShownCustomer of(Customer customer, @Nullable String reseller, Instant now) {
        Instant end = customer.retirementFinalAt();
        return new ShownCustomer(
                customer.id().toString(),
                customer.name(),
                CustomerState.of(customer).text(),
                customer.externalId(),
                customer.contact(),
                reseller,
                customer.reseller() == null ? null : customer.reseller().toString(),
                customer.labels(),
                Moment.of(customer.createdAt(), now),
                moment(customer.suspendedAt(), now),
                customer.suspensionReason(),
                customer.suspendedByReseller(),
                customer.resellerSuspended(),
                moment(customer.retiredAt(), now),
                moment(end, now),
                end != null && now.isBefore(end));
    }

    private static @Nullable Moment moment(@Nullable Instant at, Instant now) {
        return at == null ? null : Moment.of(at, now);
    }

    /** A jail on the page of its customer. */
    record JailOfCustomer(String id, String state, String name, String host, Moment changed) {

        static JailOfCustomer of(JailView jail, Instant now) {
            return new JailOfCustomer(
                    jail.id().toString(),
                    jail.status().shownState(),
                    jail.definition().name().value(),
                    jail.hostName().value(),
                    Moment.of(jail.updatedAt(), now));
        }
    }
}
