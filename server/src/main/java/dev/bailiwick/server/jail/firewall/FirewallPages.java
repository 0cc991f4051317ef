package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.Flow;
import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.jail.JailFirewalls;
import dev.bailiwick.server.jail.JailFirewalls.FirewallOfJail;
import dev.bailiwick.server.jail.firewall.EffectiveRules.Place;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.request.IfMatch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page with the firewall of a jail. */
@Controller
class FirewallPages {

    private final JailFirewalls firewalls;
    private final RuleCounters counters;
    private final MessageSource messages;

    FirewallPages(JailFirewalls firewalls, RuleCounters counters, MessageSource messages) {
        this.firewalls = firewalls;
        this.counters = counters;
        this.messages = messages;
    }

    /** A connection about which somebody asks, as typed. */
    record FlowForm(String direction, String protocol, String peer, String port) {

        static final FlowForm EMPTY = new FlowForm("in", "tcp", "", "");

        FlowRequest request() {
            return new FlowRequest(
                    direction,
                    protocol,
                    peer.isBlank() ? null : peer.strip(),
                    port.isBlank() ? null : port.matches("\\d{1,9}") ? Integer.parseInt(port) : 0);
        }
    }

    @GetMapping("/jails/{id}/firewall")
    ModelAndView show(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String template,
            @RequestParam(defaultValue = "") String direction,
            @RequestParam(defaultValue = "") String protocol,
            @RequestParam(defaultValue = "") String peer,
            @RequestParam(defaultValue = "") String port) {
        FirewallOfJail found = firewalls.of(caller, jail(id));
        String rules = FirewallTemplate.find(template)
                .map(FirewallTemplate::lines)
                .orElseGet(() -> RuleText.of(found.firewall()));
        ModelAndView page = page(caller, found, rules, found.jail().generation(), Map.of());
        page.addObject("counts", counts(counters.of(found).orElse(List.of())));
        return direction.isEmpty() ? page : explain(page, found, new FlowForm(direction, protocol, peer, port));
    }

    /** Returns the counts of rules as words, by their place among all that holds. */
    private Map<Integer, String> counts(List<RuleCount> counts) {
        Map<Integer, String> words = new TreeMap<>();
        for (int at = 0; at < counts.size(); at++) {
            RuleCount count = counts.get(at);
            words.put(
                    at + EffectiveRules.BEFORE,
                    messages.getMessage(
                            "firewall.counted", new Object[] {count.packets(), count.bytes()}, Locale.ENGLISH));
        }
        return words;
    }

    @PostMapping("/jails/{id}/firewall")
    ModelAndView replace(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String rules,
            @RequestParam(defaultValue = "0") long version,
            RedirectAttributes then) {
        firewalls.require(caller, jail(id));
        try {
            firewalls.replace(
                    caller,
                    jail(id),
                    RuleRequest.firewall(RuleText.read(rules)),
                    IfMatch.of(Optional.of("\"" + version + "\"")));
        } catch (Failure refused) {
            return refused(
                    page(caller, firewalls.of(caller, jail(id)), rules, version, RuleText.errors(refused)), refused);
        }
        then.addFlashAttribute("toast", messages.getMessage("firewall.saved", null, Locale.ENGLISH));
        return new ModelAndView("redirect:/jails/" + jail(id) + "/firewall");
    }

    @PostMapping("/jails/{id}/firewall/preview")
    ModelAndView preview(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String rules,
            @RequestParam(defaultValue = "0") long version) {
        firewalls.require(caller, jail(id));
        FirewallOfJail found = firewalls.of(caller, jail(id));
        try {
            Firewall wanted = RuleRequest.firewall(RuleText.read(rules));
            firewalls.check(caller, found.jail(), wanted);
            return page(caller, found, rules, version, Map.of())
                    .addObject("preview", EffectiveRules.of(found.ofCustomer(), wanted));
        } catch (Failure refused) {
            return refused(page(caller, found, rules, version, RuleText.errors(refused)), refused);
        }
    }

    private ModelAndView explain(ModelAndView page, FirewallOfJail found, FlowForm asked) {
        page.addObject("flow", asked);
        try {
            return page.addObject("answer", answer(found, asked.request().flow(found.jail(), firewalls)));
        } catch (Failure refused) {
            return refused(page.addObject("errors", RuleText.errors(refused)), refused);
        }
    }

    private String answer(FirewallOfJail found, Flow flow) {
        OptionalInt deciding = found.rules().deciding(flow);
        if (deciding.isEmpty()) {
            return messages.getMessage(
                    flow.isQuestion() ? "firewall.explain.question" : "firewall.explain.none", null, Locale.ENGLISH);
        }
        Place place = Place.of(found.ofCustomer(), found.firewall(), deciding.getAsInt());
        return messages.getMessage(
                "firewall.explain." + place.origin() + "." + place.rule().action(),
                new Object[] {place.at() + 1, RuleText.of(place.rule())},
                Locale.ENGLISH);
    }

    private ModelAndView page(
            Caller caller, FirewallOfJail found, String rules, long version, Map<String, List<String>> errors) {
        ModelAndView page = new ModelAndView("jails/firewall");
        page.addObject("id", found.jail().id().toString());
        page.addObject("name", found.jail().definition().name().value());
        page.addObject(
                "changeable",
                found.jail().retiredAt().isEmpty()
                        && caller.may(
                                Right.CONFIGURE,
                                found.jail().customer(),
                                found.jail().id()));
        page.addObject("version", version);
        page.addObject("rules", rules);
        page.addObject("counts", Map.of());
        page.addObject("effective", EffectiveRules.of(found.ofCustomer(), found.firewall()));
        page.addObject("templates", FirewallTemplate.ALL);
        page.addObject("networks", firewalls.networks(caller, found.jail()));
        page.addObject("flow", FlowForm.EMPTY);
        page.addObject(
                "customer",
                caller.may(Right.SEE, found.jail().customer())
                        ? found.jail().customer().toString()
                        : "");
        page.addObject("errors", errors);
        return page;
    }

    private static ModelAndView refused(ModelAndView page, Failure why) {
        page.setStatus(HttpStatusCode.valueOf(why.type().status()));
        return page;
    }

    private static JailId jail(String id) {
        return new JailId(PathIds.uuid(id));
    }
}
