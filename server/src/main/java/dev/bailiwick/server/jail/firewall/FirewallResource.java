package dev.bailiwick.server.jail.firewall;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.firewall.Firewall;
import dev.bailiwick.jail.firewall.FirewallAction;
import dev.bailiwick.jail.firewall.FirewallRule;
import dev.bailiwick.jail.firewall.Flow;
import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.jail.JailFirewalls;
import dev.bailiwick.server.jail.JailFirewalls.FirewallOfJail;
import dev.bailiwick.server.jail.firewall.EffectiveRules.EffectiveRule;
import dev.bailiwick.server.jail.firewall.EffectiveRules.Origin;
import dev.bailiwick.server.jail.firewall.EffectiveRules.Place;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.problem.Fails;
import dev.bailiwick.server.request.IfMatch;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The rules of a jail for its connections. */
@RestController
@RequestMapping("/api/v1/jails")
class FirewallResource {

    private final JailFirewalls firewalls;
    private final RuleCounters counters;

    FirewallResource(JailFirewalls firewalls, RuleCounters counters) {
        this.firewalls = firewalls;
        this.counters = counters;
    }

    /** A rule, in the form in which it is requested. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record RuleDocument(String direction, String action, String protocol, String ports, String peer, String comment) {

        static RuleDocument of(FirewallRule rule) {
            return new RuleDocument(
                    rule.direction().toString(),
                    rule.action().toString(),
                    rule.protocol().toString(),
                    rule.ports().toString(),
                    rule.peer().toString(),
                    rule.comment());
        }

        static List<RuleDocument> of(Firewall firewall) {
            return firewall.rules().stream().map(RuleDocument::of).toList();
        }
    }

    /** Rules to begin with. */
    record TemplateDocument(String name, List<RuleDocument> rules) {

        static final List<TemplateDocument> ALL = FirewallTemplate.ALL.stream()
                .map(template -> new TemplateDocument(template.name(), RuleDocument.of(template.firewall())))
                .toList();
    }

    /**
     * The rules of a jail.
     *
     * @param generation the generation of the jail to which they belong
     */
    record FirewallDocument(
            long generation,
            List<RuleDocument> rules,

            @Schema(
                    description =
                            "All that holds, in its order, also the rules of the customer and what comes before and after all rules. Each line has its origin: host, customer or jail.")
            List<EffectiveRule> effective,

            List<TemplateDocument> templates) {

        static FirewallDocument of(FirewallOfJail found) {
            return new FirewallDocument(
                    found.jail().generation(),
                    RuleDocument.of(found.firewall()),
                    EffectiveRules.of(found.ofCustomer(), found.firewall()),
                    TemplateDocument.ALL);
        }
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "getFirewall",
            summary = "Get the firewall of a jail",
            description = "For all who see the jail. The ETag is the generation of the jail, for a conditional change.")
    @GetMapping("/{id}/firewall")
    ResponseEntity<FirewallDocument> get(Caller caller, @PathVariable JailId id) {
        return answer(firewalls.of(caller, id));
    }

    /** What a rule has matched. */
    record CountDocument(
            @Schema(
                    description = "Whose rule it is.",
                    allowableValues = {"customer", "jail"})
            String origin,

            @Schema(description = "The position of the rule among those of its origin, from 0.")
            int rule,

            long packets,

            @Schema(description = "Bytes of these packets, with their IP headers.")
            long bytes) {}

    /** What the rules of a jail have matched. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CountersDocument(
            @Schema(description = "The generation of the jail whose rules are counted.")
            long generation,

            @Schema(description = "Missing if the host does not answer, or has not applied the rules.") @Nullable
            List<CountDocument> counters) {

        static CountersDocument of(FirewallOfJail found, Optional<List<RuleCount>> counts) {
            return new CountersDocument(
                    found.jail().generation(),
                    counts.map(some -> IntStream.range(0, some.size())
                                    .mapToObj(
                                            at -> of(Place.of(found.ofCustomer(), found.firewall(), at), some.get(at)))
                                    .toList())
                            .orElse(null));
        }

        private static CountDocument of(Place place, RuleCount count) {
            return new CountDocument(place.origin().toString(), place.at(), count.packets(), count.bytes());
        }
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "getFirewallCounters",
            summary = "Get what the rules of a jail have matched",
            description =
                    "As the host counts it now: packets in the direction in which a connection is begun, since the host loaded the rules. They begin at 0 when the rules or the pools of the host change, or the jail starts again.")
    @GetMapping("/{id}/firewall/counters")
    CountersDocument count(Caller caller, @PathVariable JailId id) {
        FirewallOfJail found = firewalls.of(caller, id);
        return CountersDocument.of(found, counters.of(found));
    }

    /** A request for the rules of a jail, which replaces those that it has. */
    record FirewallRequest(
            @Schema(
                    requiredMode = Schema.RequiredMode.REQUIRED,
                    description =
                            "In their order: the first that matches decides. At most 100; none allows everything.")
            @Nullable
            List<@Nullable RuleRequest> rules) {}

    @Fails({JailNotFound.class, JailRetired.class, RightMissing.class, GenerationConflict.class})
    @Operation(
            operationId = "replaceFirewall",
            summary = "Replace the firewall of a jail",
            description =
                    "The host applies it at once, without a restart: connections that the rules forbid end. It has done so when the jail's appliedGeneration has reached 'generation'. No rule cuts replies, or questions to the name servers that the jail is given; and none opens what the host refuses anyway.")
    @PutMapping("/{id}/firewall")
    ResponseEntity<FirewallDocument> replace(
            Caller caller,
            @PathVariable JailId id,
            @RequestBody FirewallRequest wanted,
            @Parameter(description = "With true, nothing is changed: the answer shows what would hold")
                    @RequestParam(defaultValue = "false")
                    boolean dryRun,
            @RequestHeader(HttpHeaders.IF_MATCH) Optional<String> ifMatch) {
        JailView jail = firewalls.require(caller, id);
        Firewall firewall = RuleRequest.firewall(wanted.rules());
        if (dryRun) {
            firewalls.check(caller, jail, firewall);
            return answer(firewalls.of(caller, id).with(firewall));
        }
        return answer(firewalls.replace(caller, id, firewall, IfMatch.of(ifMatch)));
    }

    /** What the firewall of a jail does with a connection. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ExplanationDocument(
            @Schema(allowableValues = {"allow", "drop", "reject"})
            String action,

            @Schema(
                    description = "Who says so.",
                    allowableValues = {"host", "customer", "jail"})
            String origin,

            @Schema(
                    description =
                            "The position of the rule that decides among those of its origin, from 0; missing if none matches.")
            @Nullable
            Integer rule,

            @Schema(description = "That rule, or the line of 'effective' that decides instead of one.")
            String text,

            @Schema(description = "Whether the other end is what rules name 'world'.")
            boolean world,

            @Schema(
                    description =
                            "The jail of the same customer on the same host that has this address; missing if the caller does not see it.")
            @Nullable
            String jail) {

        static ExplanationDocument of(FirewallOfJail found, Flow flow, Optional<JailView> shown) {
            OptionalInt deciding = found.rules().deciding(flow);
            @Nullable String jail = shown.map(peer -> peer.id().toString()).orElse(null);
            if (deciding.isEmpty()) {
                return new ExplanationDocument(
                        FirewallAction.ALLOW.toString(),
                        Origin.HOST.toString(),
                        null,
                        flow.isQuestion() ? EffectiveRules.QUESTIONS : EffectiveRules.OTHERWISE,
                        flow.inWorld(),
                        jail);
            }
            Place place = Place.of(found.ofCustomer(), found.firewall(), deciding.getAsInt());
            return new ExplanationDocument(
                    place.rule().action().toString(),
                    place.origin().toString(),
                    place.at(),
                    RuleText.of(place.rule()),
                    flow.inWorld(),
                    jail);
        }
    }

    @Fails({JailNotFound.class})
    @Operation(
            operationId = "explainFirewall",
            summary = "Say which rule of a jail decides about a connection",
            description =
                    "By the rules that the server has for the jail. Whether the connection comes about also depends on what the host refuses anyway, such as a closed pool.")
    @PostMapping("/{id}/firewall:explain")
    ExplanationDocument explain(Caller caller, @PathVariable JailId id, @RequestBody FlowRequest asked) {
        FirewallOfJail found = firewalls.of(caller, id);
        Flow flow = asked.flow(found.jail(), firewalls);
        return ExplanationDocument.of(found, flow, flow.peerJail().flatMap(peer -> firewalls.visible(caller, peer)));
    }

    private static ResponseEntity<FirewallDocument> answer(FirewallOfJail found) {
        return ResponseEntity.ok().eTag("\"" + found.jail().generation() + "\"").body(FirewallDocument.of(found));
    }
}
