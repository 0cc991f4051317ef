package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.quota.QuotaBelowUse;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.problem.InvalidRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Customers, for operators. */
@RestController
@RequestMapping("/api/v1/customers")
class CustomerResource {

    private final Customers customers;
    private final CustomerQuotas quotas;
    private final CustomerUsages usages;
    private final Resellers resellers;

    CustomerResource(Customers customers, CustomerQuotas quotas, CustomerUsages usages, Resellers resellers) {
        this.customers = customers;
        this.quotas = quotas;
        this.usages = usages;
        this.resellers = resellers;
    }

    /** A request for a new customer. */
    record CustomerRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String name,

            @Nullable String externalId,
            @Nullable String contact,
            @Nullable Map<String, @Nullable String> labels,
            @Nullable QuotaRequest quota,
            @Nullable CustomerId reseller) {}

    @Fails({CustomerSuspended.class, ExternalIdTaken.class, RightMissing.class, TooManyCustomers.class})
    @Operation(
            operationId = "createCustomer",
            summary = "Create a customer",
            description =
                    "For staff. The owners of a reseller create customers of it, without 'externalId' and 'labels', and with no bound above its own.")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<Customer> create(Caller caller, @RequestBody CustomerRequest wanted) {
        CustomerFields fields = CustomerFields.of(
                wanted.name(),
                wanted.externalId(),
                wanted.contact(),
                wanted.labels(),
                QuotaRequest.quota(wanted.quota()));
        Customer customer = wanted.reseller() == null
                ? customers.create(caller, fields)
                : resellers.create(caller, wanted.reseller(), fields);
        return ResponseEntity.created(URI.create("/api/v1/customers/" + customer.id()))
                .body(customer);
    }

    @Fails({RightMissing.class})
    @Operation(
            operationId = "listCustomers",
            summary = "List customers",
            description = "For staff, and with 'reseller' for the owners of that.")
    @GetMapping
    ResponseEntity<ListDocument<Customer>> list(
            Caller caller,
            @Parameter(description = "The whole external id of the customer") @RequestParam Optional<String> externalId,
            @Parameter(description = "The id of the reseller of the customers; not together with externalId")
                    @RequestParam
                    Optional<CustomerId> reseller,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        if (reseller.isPresent() && externalId.isPresent()) {
            throw new InvalidRequest("/reseller", "must be left out: externalId finds one customer");
        }
        Optional<CustomerId> after = ListDocument.start(cursor, CustomerId::parse);
        int oneMore = ListDocument.requireLimit(limit) + 1;
        var rows = reseller.isPresent()
                ? resellers.list(caller, reseller.get(), after, oneMore)
                : customers.list(caller, externalId, after, oneMore);
        return ListDocument.of(rows, limit, Customer::id);
    }

    @Fails({CustomerNotFound.class, RightMissing.class})
    @Operation(
            operationId = "getCustomer",
            summary = "Get a customer",
            description =
                    "For staff, and for the owners of its reseller, who see neither its external id and labels nor why staff suspended it.")
    @GetMapping("/{id}")
    Customer get(Caller caller, @PathVariable CustomerId id) {
        return customers.get(caller, id);
    }

    @Fails({CustomerNotFound.class, ExternalIdTaken.class, QuotaBelowUse.class, RightMissing.class})
    @Operation(
            operationId = "changeCustomer",
            summary = "Change a customer",
            description =
                    "A merge patch (RFC 7396): null removes the external id, the contact, a label, the quota or a bound of it. The quota needs the right 'plans', or 'resell' at the customer's reseller, whose bounds it cannot exceed; everything else needs 'customers'. A quota below what the jails have is rejected with the figures.")
    @PatchMapping(
            path = "/{id}",
            consumes = {"application/merge-patch+json", MediaType.APPLICATION_JSON_VALUE})
    Customer change(
            Caller caller,
            @PathVariable CustomerId id,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = CustomerRequest.class)))
                    @RequestBody
                    Map<String, @Nullable Object> patch) {
        CustomerChange change = new CustomerChange(patch);
        return change.isOfQuota() ? quotas.set(caller, id, change::quota) : customers.change(caller, id, change::of);
    }

    @Fails({CustomerNotFound.class, CustomerInUse.class, RightMissing.class})
    @Operation(
            operationId = "retireCustomer",
            summary = "Retire a customer",
            description =
                    "Nothing is created for it any more. Rejected while it has jails, or files that its removed jails left. The retirement can be undone for the time of 'grace', 30 days unless another time is given.")
    @DeleteMapping("/{id}")
    Customer retire(
            Caller caller,
            @PathVariable CustomerId id,
            @Parameter(description = "A duration like 30d or PT12H, at most 365d") @RequestParam(defaultValue = "30d")
                    String grace) {
        return customers.retire(caller, id, duration(grace));
    }

    @Fails({CustomerNotFound.class, RightMissing.class})
    @Operation(
            operationId = "getCustomerUsage",
            summary = "Get what the jails of a customer have, beside its quota",
            description =
                    "For staff, and for the owners of the customer. A reseller has what its customers have, too. The figures are those of the definitions, whether the jails run or not; a jail without a limit counts as 0.")
    @GetMapping("/{id}/usage")
    CustomerUsage usage(Caller caller, @PathVariable CustomerId id) {
        return usages.get(caller, id);
    }

    private static Duration duration(String text) {
        try {
            return DurationStyle.detectAndParse(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new InvalidRequest("/grace", "must be a duration like 30d or PT12H");
        }
    }

    @Fails({CustomerNotFound.class, CustomerRetired.class, RightMissing.class})
    @Operation(
            operationId = "restoreCustomer",
            summary = "Undo the retirement of a customer",
            description = "Possible until 'retirementFinalAt'.")
    @PostMapping("/{id}/restore")
    Customer restore(Caller caller, @PathVariable CustomerId id) {
        return customers.restore(caller, id);
    }
}
