package dev.bailiwick.server.jail.address;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.jail.address.JailAddresses.AddressesOfJail;
import dev.bailiwick.server.jail.address.JailAddresses.JailAddress;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.network.reverse.ReverseName;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The addresses of a jail, and the names to which they lead in DNS. */
@RestController
@RequestMapping("/api/v1/jails/{id}")
class JailAddressResource {

    private final JailAddresses addresses;

    JailAddressResource(JailAddresses addresses) {
        this.addresses = addresses;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record JailAddressDocument(
            String address,

            @Schema(description = "primary, as those in ip, or additional")
            String role,

            @Schema(description = "The full host name to which the address leads; missing if there is none") @Nullable
            String name) {

        static JailAddressDocument of(JailAddress address) {
            return new JailAddressDocument(
                    address.address().toString(),
                    address.role().name().toLowerCase(Locale.ROOT),
                    address.name().map(ReverseName::toString).orElse(null));
        }
    }

    /** @param items the primary addresses first */
    record JailAddressListDocument(List<JailAddressDocument> items) {

        static JailAddressListDocument of(AddressesOfJail all) {
            return new JailAddressListDocument(
                    all.all().stream().map(JailAddressDocument::of).toList());
        }
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "listAddresses",
            summary = "List the addresses of a jail, with the names to which they lead in DNS")
    @GetMapping("/addresses")
    JailAddressListDocument list(Caller caller, @PathVariable JailId id) {
        return JailAddressListDocument.of(addresses.of(caller, id));
    }

    @Fails({JailNotFound.class, JailRetired.class, RightMissing.class})
    @Operation(
            operationId = "nameAddress",
            summary = "Set the name to which an address of a jail leads in DNS",
            description =
                    "The name is kept with the address, and goes when the jail releases the address. Nothing is sent to a name server: whoever serves the reverse zone reads it with getReverseZone.")
    @PostMapping("/addresses:name")
    JailAddressListDocument name(Caller caller, @PathVariable JailId id, @RequestBody NameRequest wanted) {
        addresses.require(caller, id);
        NameRequest.Change change = wanted.change();
        return JailAddressListDocument.of(addresses.name(caller, id, change.address(), change.name()));
    }
}
