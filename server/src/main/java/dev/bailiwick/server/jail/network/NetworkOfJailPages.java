package dev.bailiwick.server.jail.network;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.JailFirewalls;
import dev.bailiwick.server.jail.JailFirewalls.FirewallOfJail;
import dev.bailiwick.server.jail.address.JailAddresses;
import dev.bailiwick.server.jail.address.JailAddresses.JailAddress;
import dev.bailiwick.server.jail.port.JailPorts;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.network.reverse.ReverseName;
import dev.bailiwick.server.page.PathIds;
import java.util.List;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The tab with all that connects a jail: what it is, and the pages on which it is changed. */
@Controller
class NetworkOfJailPages {

    private final JailAddresses addresses;
    private final JailPorts ports;
    private final JailFirewalls firewalls;
    private final NetworkMembers networks;

    NetworkOfJailPages(JailAddresses addresses, JailPorts ports, JailFirewalls firewalls, NetworkMembers networks) {
        this.addresses = addresses;
        this.ports = ports;
        this.firewalls = firewalls;
        this.networks = networks;
    }

    /** @param name empty for none */
    record ShownAddress(String address, String role, String name) {

        static ShownAddress of(JailAddress one) {
            return new ShownAddress(
                    one.address().toString(),
                    one.role().name().toLowerCase(Locale.ROOT),
                    one.name().map(ReverseName::toString).orElse(""));
        }
    }

    @GetMapping("/jails/{id}/network")
    String show(Caller caller, @PathVariable String id, Model model) {
        JailId jailId = new JailId(PathIds.uuid(id));
        FirewallOfJail firewall = firewalls.of(caller, jailId);
        JailView jail = firewall.jail();
        List<ShownAddress> shown = addresses.of(caller, jailId).all().stream()
                .map(ShownAddress::of)
                .toList();
        model.addAttribute("id", jailId.toString());
        model.addAttribute("name", jail.definition().name().value());
        model.addAttribute("addresses", shown);
        model.addAttribute("ports", ports.of(caller, jailId).published());
        model.addAttribute("rules", firewall.firewall().rules().size());
        model.addAttribute("rulesOfCustomer", firewall.ofCustomer().rules().size());
        if (caller.sees(jail.customer())) {
            model.addAttribute("customer", jail.customer().toString());
            model.addAttribute("networks", networks.of(jailId));
        }
        return "jails/network";
    }
}
