package dev.bailiwick.agent.kernel.linux.network;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The content of a jail's {@code /etc/hosts}: the names of the definition, and all lines that others have added. */
public final class HostsFile {

    /** Longer files are not changed. */
    public static final int MAX_BYTES = 1 << 20;

    private static final String BEGIN = "# Bailiwick writes the next lines at each start; others stay.";
    private static final String END = "# End of what Bailiwick writes.";

    private HostsFile() {}

    /**
     * Returns the new content; empty if the file does not change.
     *
     * @param before the first bytes of the file, more than {@value #MAX_BYTES} if it has more; none if there is no file
     */
    public static Optional<byte[]> next(JailDefinition definition, byte[] before) {
        if (before.length > MAX_BYTES) {
            return Optional.empty();
        }
        // One character for each byte, so that no byte changes.
        String text = new String(before, StandardCharsets.ISO_8859_1);
        List<String> own = own(definition);
        String next = String.join("\n", own) + "\n" + (text.isEmpty() ? "" : added(text, own));
        return next.equals(text) ? Optional.empty() : Optional.of(next.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static List<String> own(JailDefinition definition) {
        String hostname = definition.hostname().value();
        int dot = hostname.indexOf('.');
        String names = dot < 0 ? hostname : hostname + " " + hostname.substring(0, dot);
        List<String> lines = new ArrayList<>(List.of(BEGIN, "127.0.0.1 localhost", "::1 localhost ip6-localhost"));
        for (IpAddress address : definition.addresses().primary()) {
            lines.add(address + " " + names);
        }
        definition.names().hosts().all().forEach((name, address) -> lines.add(address + " " + name));
        lines.add(END);
        return lines;
    }

    /**
     * Returns the lines of others. The agent's lines of an earlier start are between marks; lines of an earlier version are equal to the
     * current ones.
     */
    private static String added(String before, List<String> own) {
        int begin = before.indexOf(BEGIN + "\n");
        int end = before.indexOf(END + "\n", Math.max(0, begin));
        String rest =
                begin < 0 || end < 0 ? before : before.substring(0, begin) + before.substring(end + END.length() + 1);
        Set<String> written = Set.copyOf(own);
        return rest.lines()
                .filter(line -> !written.contains(line))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }
}
