package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A harm that a host cannot prevent its jails from doing. The host starts no affected jail unless its operator accepts the risk by name.
 */
public enum Risk {

    /** A crashing jail hands its memory to a program of the host that listens on a socket (kernel.core_pattern begins with @). */
    CORE_SOCKET("core-socket"),

    /** A jail of profile system mounts file systems that take up all the host's memory, because no controller limits them. */
    UNBOUNDED_SYSTEM("unbounded-system");

    private final String text;

    Risk(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /**
     * Parses names of risks, separated by commas; blank text means none.
     *
     * @throws InvalidValue if a name is not a risk
     */
    public static Set<Risk> parse(String text) {
        Set<Risk> risks = EnumSet.noneOf(Risk.class);
        Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .forEach(name -> risks.add(named(name)));
        return Collections.unmodifiableSet(risks);
    }

    private static Risk named(String name) {
        return Arrays.stream(values())
                .filter(risk -> risk.text.equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("is none of the risks "
                        + Arrays.stream(values()).map(Risk::text).collect(Collectors.joining(", "))));
    }
}
