package dev.bailiwick.agent.kernel.linux.ids;

import dev.bailiwick.jail.JailId;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A directory in which a jail has files, or had files when it was removed.
 *
 * @param path the path below the host's root base
 * @param jail the jail whose range of ids owns the files
 * @param customer the customer to whom the files belong; empty if unknown
 */
public record Holding(String path, JailId jail, String customer, Fate fate) {

    /** Whether the jail still uses the files, or was removed and left them. */
    enum Fate {
        USED,
        KEPT
    }

    boolean isKept() {
        return fate == Fate.KEPT;
    }

    Holding as(Fate other) {
        return new Holding(path, jail, customer, other);
    }

    Holding of(JailId successor, String itsCustomer) {
        return new Holding(path, successor, itsCustomer, fate);
    }

    /** Returns a line of the journal; the path comes last, because it may contain spaces. */
    String line(IdRange range) {
        return jail + " " + range.first() + " " + fate.name().toLowerCase(Locale.ROOT) + " "
                + (customer.isEmpty() ? "-" : URLEncoder.encode(customer, StandardCharsets.UTF_8)) + " " + path;
    }

    /** @throws IllegalArgumentException if no agent writes such words */
    static Holding parse(JailId jail, String fate, String customer, String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("the line names no path");
        }
        return new Holding(
                path,
                jail,
                customer.equals("-") ? "" : URLDecoder.decode(customer, StandardCharsets.UTF_8),
                Fate.valueOf(fate.toUpperCase(Locale.ROOT)));
    }
}
