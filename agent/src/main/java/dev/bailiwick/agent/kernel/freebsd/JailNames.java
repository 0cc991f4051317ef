package dev.bailiwick.agent.kernel.freebsd;

import dev.bailiwick.agent.kernel.HostLayout;
import dev.bailiwick.jail.JailId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The names that the jails of this agent have in the kernel. */
final class JailNames {

    private static final Pattern JAIL_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final HostLayout layout;

    JailNames(HostLayout layout) {
        this.layout = layout;
    }

    /** Returns the jails of this agent among those that the kernel has, each with its number. */
    Map<JailId, Integer> numbers(List<JailCalls.ListedJail> found) {
        String prefix = prefix();
        Map<JailId, Integer> numbers = new TreeMap<>();
        for (JailCalls.ListedJail jail : found) {
            String rest =
                    jail.name().substring(Math.min(prefix.length(), jail.name().length()));
            // Jails of other programs have other names.
            if (jail.name().startsWith(prefix) && JAIL_ID.matcher(rest).matches()) {
                numbers.put(JailId.parse(rest), jail.number());
            }
        }
        return numbers;
    }

    /** Returns the name of this jail in the kernel. */
    String of(JailId jail) {
        return prefix() + jail;
    }

    /** Returns the prefix of the names. It has no '.', because that separates a jail from its child in a name. */
    private String prefix() {
        return layout.cgroupName().replace('.', '_') + "-";
    }
}
