package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What a host cannot keep its jails from. It takes no jail concerned, unless its operator accepts the risk by name. */
public enum Risk {

    /** A jail that crashes hands its memory to a program of the host that listens on a socket (kernel.core_pattern begins with @). */
    CORE_SOCKET("core-socket"),

    /** A jail of profile system mounts file systems that take as much memory as the host has, where no controller bounds it. */
    UNBOUNDED_SYSTEM("unbounded-system");

    private final String text;

    Risk(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /**
     * Reads names of risks, split by commas; blank for none.
     *
     * @throws InvalidValue if one is no risk
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
