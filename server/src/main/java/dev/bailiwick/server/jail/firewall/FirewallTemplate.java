package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.Firewall;
import java.util.List;
import java.util.Optional;

/**
 * Rules to begin with.
 *
 * @param name of the template, for programs
 */
record FirewallTemplate(String name, String lines) {

    static final List<FirewallTemplate> ALL = List.of(
            new FirewallTemplate("web-server", """
                    in allow tcp 80,443 any # HTTP and HTTPS
                    in allow udp 443 any # HTTP/3
                    in allow icmp any # ping
                    in drop any any # everything else"""),
            new FirewallTemplate("nothing-in", "in drop any any # nobody begins a connection to the jail"));

    static Optional<FirewallTemplate> find(String name) {
        return ALL.stream().filter(template -> template.name.equals(name)).findFirst();
    }

    Firewall firewall() {
        return RuleRequest.firewall(RuleText.read(lines));
    }
}
