package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerNotFound;
import dev.bailiwick.server.account.customer.CustomerRetired;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.CustomerFirewalls;
import dev.bailiwick.server.jail.FirewallConflict;
import dev.bailiwick.server.jail.firewall.FirewallResource.RuleDocument;
import dev.bailiwick.server.jail.firewall.FirewallResource.TemplateDocument;
import dev.bailiwick.server.jail.intent.firewall.CustomerFirewallRows.CustomerFirewall;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.request.IfMatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The rules of a customer for the connections of all its jails. */
@RestController
@RequestMapping("/api/v1/customers/{customer}/firewall")
class CustomerFirewallResource {

    private static final String CUSTOMER = "The id of the customer";

    private final CustomerFirewalls firewalls;

    CustomerFirewallResource(CustomerFirewalls firewalls) {
        this.firewalls = firewalls;
    }

    /** The rules of a customer. */
    record CustomerFirewallDocument(
            @Schema(description = "Counts the changes of the rules; 0 if there never were any.")
            long version,

            List<RuleDocument> rules,
            List<TemplateDocument> templates) {

        static CustomerFirewallDocument of(CustomerFirewall found) {
            return new CustomerFirewallDocument(
                    found.version(), RuleDocument.of(found.firewall()), TemplateDocument.ALL);
        }
    }

    /** A request for the rules of a customer, which replaces those that it has. */
    record CustomerFirewallRequest(
            @Schema(
                    requiredMode = Schema.RequiredMode.REQUIRED,
                    description =
                            "In their order: the first that matches decides. At most 100; what none matches meets the rules of the jail.")
            @Nullable
            List<@Nullable RuleRequest> rules) {}

    @Fails({CustomerNotFound.class, RightMissing.class})
    @Operation(
            operationId = "getCustomerFirewall",
            summary = "Get the firewall of a customer",
            description =
                    "For all who see all jails of the customer. The ETag is the version of the rules, for a conditional change.")
    @GetMapping
    ResponseEntity<CustomerFirewallDocument> get(
            Caller caller, @Parameter(description = CUSTOMER) @PathVariable CustomerId customer) {
        return answer(firewalls.of(caller, customer));
    }

    @Fails({
        CustomerNotFound.class,
        CustomerRetired.class,
        CustomerSuspended.class,
        FirewallConflict.class,
        RightMissing.class
    })
    @Operation(
            operationId = "replaceCustomerFirewall",
            summary = "Replace the firewall of a customer",
            description =
                    "Its rules come before those of each jail of the customer: a jail cannot allow what they forbid, or forbid what they allow. Each jail gets another generation, with which its host applies them without a restart.")
    @PutMapping
    ResponseEntity<CustomerFirewallDocument> replace(
            Caller caller,
            @Parameter(description = CUSTOMER) @PathVariable CustomerId customer,
            @RequestBody CustomerFirewallRequest wanted,
            @Parameter(description = "With true, nothing is changed: the answer shows what would hold")
                    @RequestParam(defaultValue = "false")
                    boolean dryRun,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch) {
        firewalls.require(caller, customer);
        Firewall firewall = RuleRequest.firewall(wanted.rules());
        if (dryRun) {
            firewalls.check(caller, customer, firewall);
            return answer(new CustomerFirewall(firewalls.of(caller, customer).version(), firewall));
        }
        return answer(firewalls.replace(caller, customer, firewall, IfMatch.of(ifMatch)));
    }

    private static ResponseEntity<CustomerFirewallDocument> answer(CustomerFirewall found) {
        return ResponseEntity.ok().eTag("\"" + found.version() + "\"").body(CustomerFirewallDocument.of(found));
    }
}
