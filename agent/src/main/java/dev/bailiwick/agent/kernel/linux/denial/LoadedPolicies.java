package dev.bailiwick.agent.kernel.linux.denial;

import dev.bailiwick.agent.disk.TextFile;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.policy.OverrideDecision;
import dev.bailiwick.jail.policy.Policy;
import dev.bailiwick.jail.policy.PolicyOverride;
import dev.bailiwick.jail.syscall.Profile;
import dev.bailiwick.jail.validation.InvalidDefinition;
import dev.bailiwick.jail.validation.InvalidValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The policies that the filters of running jails were compiled from. They are needed because the kernel reports that a call was blocked,
 * but not with which error. For the next agent, a file beside the jail's console contains the policy: its first line is the profile, the
 * others are {@code <call> <decision>}.
 */
public final class LoadedPolicies {

    private static final String FILE = "filter";

    private final Path directory;
    private final Map<JailId, Policy> policies = new ConcurrentHashMap<>();
    /** Jails of earlier agents. Their files are read on demand, because most jails have no blocked calls. */
    private final Set<JailId> unread = ConcurrentHashMap.newKeySet();

    /** @param directory contains a directory for each jail, which exists while the jail runs */
    public LoadedPolicies(Path directory) {
        this.directory = directory;
    }

    /**
     * Records that the jail is about to run with the parts of this policy that are now in force. They apply until the jail ends.
     *
     * @return the policy of its last run, if known and different
     */
    public Optional<Policy> loading(JailId jail, Policy policy, Instant now) {
        Policy loaded = inForce(policy, now);
        Optional<Policy> last = of(jail);
        StringBuilder text = new StringBuilder(loaded.profile().text()).append('\n');
        loaded.overrides()
                .forEach(override -> text.append(override.call())
                        .append(' ')
                        .append(override.decision().text())
                        .append('\n'));
        try {
            Files.writeString(fileOf(jail), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        policies.put(jail, loaded);
        return last.filter(other -> !other.equals(loaded));
    }

    /** Notes that an earlier agent started the jail. */
    public void adopt(JailId jail) {
        unread.add(jail);
    }

    /** Notes that the jail has ended. Its policy stays known, because records of its last moments may be read later. */
    public void ended(JailId jail) {
        of(jail);
        try {
            Files.deleteIfExists(fileOf(jail));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void forget(JailId jail) {
        unread.remove(jail);
        policies.remove(jail);
    }

    public Optional<Policy> of(JailId jail) {
        return Optional.ofNullable(policies.computeIfAbsent(jail, this::read));
    }

    private @Nullable Policy read(JailId jail) {
        if (!unread.remove(jail)) {
            return null;
        }
        try {
            return parse(TextFile.lines(fileOf(jail)));
        } catch (IOException | InvalidValue | InvalidDefinition | IndexOutOfBoundsException unreadable) {
            // An agent of an earlier version started the jail, or the table has changed since. The errors of its calls
            // stay unknown.
            return null;
        }
    }

    private Path fileOf(JailId jail) {
        return directory.resolve(jail.toString()).resolve(FILE);
    }

    private static Policy parse(List<String> lines) {
        if (lines.isEmpty()) {
            throw new InvalidValue("names no profile");
        }
        List<PolicyOverride> overrides = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ", -1);
            overrides.add(inForce(words[0], OverrideDecision.parse(words[1])));
        }
        return new Policy(Profile.parse(lines.getFirst()), overrides);
    }

    /** Returns a policy with only those parts that the filter depends on: two such policies are equal if their filters are equal. */
    private static Policy inForce(Policy policy, Instant now) {
        return new Policy(
                policy.profile(),
                policy.overrides().stream()
                        .filter(override -> override.isInForce(now))
                        .map(override -> inForce(override.call(), override.decision()))
                        .toList());
    }

    private static PolicyOverride inForce(String call, OverrideDecision decision) {
        return new PolicyOverride(call, decision, "loaded", "agent", Optional.empty());
    }
}
