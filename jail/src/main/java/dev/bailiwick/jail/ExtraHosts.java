package dev.bailiwick.jail;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Names that a jail finds in its {@code /etc/hosts}.
 *
 * @param all the address of each name, sorted; at most 128
 */
public record ExtraHosts(SortedMap<String, IpAddress> all) {

    public static final ExtraHosts NONE = new ExtraHosts(Map.of());

    private static final int MAX_NAMES = 128;
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*");

    public ExtraHosts {
        all = Collections.unmodifiableSortedMap(new TreeMap<>(all));
        if (all.size() > MAX_NAMES) {
            throw new InvalidValue("must be at most " + MAX_NAMES + " names");
        }
        for (String name : all.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new InvalidValue("has a name that is not a host name: " + PlainText.quote(name));
            }
        }
    }

    public ExtraHosts(Map<String, IpAddress> all) {
        this(new TreeMap<>(all));
    }
}
