package dev.bailiwick.server.account.customer;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.ListDocument;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
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

    CustomerResource(Customers customers) {
        this.customers = customers;
    }

    /** A request for a new customer. */
    record CustomerRequest(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
            String name,

            @Nullable String externalId) {}

    @Fails({ExternalIdTaken.class})
    @Operation(operationId = "createCustomer", summary = "Create a customer")
    @ApiResponse(responseCode = "201", description = "Created", useReturnTypeSchema = true)
    @PostMapping
    ResponseEntity<Customer> create(Caller caller, @RequestBody CustomerRequest wanted) {
        Customer customer = customers.create(caller, wanted.name(), wanted.externalId());
        return ResponseEntity.created(URI.create("/api/v1/customers/" + customer.id()))
                .body(customer);
    }

    @Operation(operationId = "listCustomers", summary = "List customers")
    @GetMapping
    ResponseEntity<ListDocument<Customer>> list(
            Caller caller,
            @Parameter(description = "The whole external id of the customer") @RequestParam Optional<String> externalId,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(name = "cursor") Optional<String> cursor) {
        var rows = customers.list(
                caller,
                externalId,
                ListDocument.start(cursor, CustomerId::parse),
                ListDocument.requireLimit(limit) + 1);
        return ListDocument.of(rows, limit, Customer::id);
    }

    @Fails({CustomerNotFound.class})
    @Operation(operationId = "getCustomer", summary = "Get a customer")
    @GetMapping("/{id}")
    Customer get(Caller caller, @PathVariable CustomerId id) {
        return customers.get(caller, id);
    }
}
