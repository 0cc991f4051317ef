package dev.bailiwick.server.jail.firewall;

import dev.bailiwick.jail.firewall.RuleCount;
import dev.bailiwick.jail.question.HostAnswer.RuleCounts;
import dev.bailiwick.jail.question.HostQuestion.CountRules;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.jail.JailFirewalls.FirewallOfJail;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** What the rules of jails have matched, as their hosts count it. */
@Component
class RuleCounters {

    /** Short, because a user waits for the answer. */
    private static final Duration MAX_ANSWER = Duration.ofSeconds(2);

    private final HostCalls calls;

    RuleCounters(HostCalls calls) {
        this.calls = calls;
    }

    /**
     * Returns what each rule that applies to the jail has matched, in their order; empty if the host does not answer, or has not applied the rules. Blocks for up
     * to two seconds, so it must not be called in a transaction.
     */
    Optional<List<RuleCount>> of(FirewallOfJail found) {
        int rules = found.rules().rules().size();
        if (rules == 0) {
            return Optional.of(List.of());
        }
        CountRules question = new CountRules(found.jail().id(), found.rules().withoutComments());
        return switch (calls.ask(found.jail().host(), question, MAX_ANSWER)) {
            case Answered<RuleCounts>(RuleCounts(List<RuleCount> counts)) ->
                Optional.of(counts).filter(some -> some.size() == rules);
            case Unanswered<RuleCounts> _ -> Optional.empty();
        };
    }
}
