package dev.bailiwick.server.jail.customer;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.Customer;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.quota.QuotaExceeded;
import dev.bailiwick.server.jail.intent.CustomerSuspensions;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Gives customers their resellers, for staff. */
@RestController
@RequestMapping("/api/v1/customers/{id}")
class ResellerResource {

    private final CustomerSuspensions suspensions;

    ResellerResource(CustomerSuspensions suspensions) {
        this.suspensions = suspensions;
    }

    /** @param reseller null for none, which has to be said: a body without it takes no reseller away */
    record ResellerRequest(
            @JsonProperty(required = true)
            @Schema(description = "The id of the reseller; null for none", requiredMode = Schema.RequiredMode.REQUIRED)
            @Nullable
            CustomerId reseller) {}

    @Fails({CustomerNotFound.class, QuotaExceeded.class, RightMissing.class})
    @Operation(
            operationId = "putResellerOfCustomer",
            summary = "Give a customer another reseller, or none",
            description =
                    "The owners of the reseller have the rights of an owner for the customer; those of the former one lose them at once. What the jails of the customer have counts for the quota of the reseller, and is rejected with the figures if that does not leave it. The jails of the customer are stopped while the reseller is suspended. A customer of a reseller has no customers itself.")
    @PutMapping("/reseller")
    Customer putReseller(Caller caller, @PathVariable CustomerId id, @RequestBody ResellerRequest wanted) {
        return suspensions.giveReseller(caller, id, wanted.reseller());
    }
}
