package dev.bailiwick.server.jail.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Suspends customers, for staff and for the owners of their resellers. */
@RestController
@RequestMapping("/api/v1/customers/{id}")
class SuspensionResource {

    private final CustomerSuspensions suspensions;

    SuspensionResource(CustomerSuspensions suspensions) {
        this.suspensions = suspensions;
    }

    /** @param reason why, for those who may suspend the customer, 1 to 200 characters */
    record SuspensionRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String reason) {}

    @Fails({CustomerNotFound.class, CustomerSuspended.class, RightMissing.class})
    @Operation(
            operationId = "suspendCustomer",
            summary = "Suspend a customer",
            description =
                    "Its hosts stop its jails; they stay visible and kept. Until the suspension is lifted, none of them is started or changed, and none is created; staff may remove them. The people of the customer still sign in and see their jails, but not the reason. With a reseller, all its customers are stopped, too. The owners of a reseller suspend its customers; what staff has suspended, only staff changes.")
    @PostMapping("/suspend")
    Customer suspend(Caller caller, @PathVariable CustomerId id, @RequestBody SuspensionRequest wanted) {
        return suspensions.suspend(caller, id, wanted.reason()).seenBy(caller);
    }

    @Fails({CustomerNotFound.class, CustomerSuspended.class, RightMissing.class})
    @Operation(
            operationId = "unsuspendCustomer",
            summary = "Lift the suspension of a customer",
            description =
                    "The jails that ran before the suspension start again, unless the reseller of the customer is suspended.")
    @PostMapping("/unsuspend")
    Customer lift(Caller caller, @PathVariable CustomerId id) {
        return suspensions.lift(caller, id).seenBy(caller);
    }
}
