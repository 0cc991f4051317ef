package dev.bailiwick.server.jail.address;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.address.JailAddresses.AddressesOfJail;
import dev.bailiwick.server.network.reverse.ReverseName;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page with the addresses of a jail, where they are named. */
@Controller
class JailAddressPages {

    private final JailAddresses addresses;
    private final MessageSource messages;

    JailAddressPages(JailAddresses addresses, MessageSource messages) {
        this.addresses = addresses;
        this.messages = messages;
    }

    /** @param name as somebody typed it, or as it is kept; empty for none */
    record AddressRow(String address, String role, String name, List<String> errors) {}

    @GetMapping("/jails/{id}/addresses")
    ModelAndView list(Caller caller, @PathVariable String id) {
        return page(addresses.of(caller, jail(id)), "", "", List.of());
    }

    @PostMapping("/jails/{id}/addresses")
    ModelAndView name(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String address,
            @RequestParam(defaultValue = "") String name,
            RedirectAttributes then) {
        addresses.require(caller, jail(id));
        try {
            NameRequest.Change change = new NameRequest(address, name.isBlank() ? null : name).change();
            addresses.name(caller, jail(id), change.address(), change.name());
        } catch (Failure refused) {
            List<String> errors = Stream.concat(
                            refused.violations().stream().map(violation -> violation.message()),
                            refused.violations().isEmpty() ? Stream.of(refused.detail()) : Stream.of())
                    .toList();
            ModelAndView page = page(addresses.of(caller, jail(id)), address, name, errors);
            page.setStatus(HttpStatusCode.valueOf(refused.type().status()));
            return page;
        }
        then.addFlashAttribute("toast", messages.getMessage("addresses.named", null, Locale.ENGLISH));
        return new ModelAndView("redirect:/jails/" + jail(id) + "/addresses");
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/addresses")
    ModelAndView nameAgain(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String address,
            @RequestParam(defaultValue = "") String name) {
        addresses.require(caller, jail(id));
        return page(addresses.of(caller, jail(id)), address, name, List.of());
    }

    /** @param address the one whose name somebody typed */
    private static ModelAndView page(AddressesOfJail all, String address, String name, List<String> errors) {
        List<AddressRow> rows = all.all().stream()
                .map(one -> one.address().toString().equals(address)
                        ? new AddressRow(address, role(one), name, errors)
                        : new AddressRow(
                                one.address().toString(),
                                role(one),
                                one.name().map(ReverseName::toString).orElse(""),
                                List.of()))
                .toList();
        ModelAndView page = new ModelAndView("jails/addresses");
        page.addObject("id", all.jail().id().toString());
        page.addObject("name", all.jail().definition().name().value());
        page.addObject("changeable", all.jail().retiredAt().isEmpty());
        page.addObject("rows", rows);
        page.addObject("errors", rows.stream().allMatch(row -> row.errors().isEmpty()) ? errors : List.of());
        return page;
    }

    private static String role(JailAddresses.JailAddress address) {
        return address.role().name().toLowerCase(Locale.ROOT);
    }

    private static JailId jail(String id) {
        return new JailId(PathIds.uuid(id));
    }
}
