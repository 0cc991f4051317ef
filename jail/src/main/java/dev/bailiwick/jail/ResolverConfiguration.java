package dev.bailiwick.jail;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What resolv.conf(5) of a jail says. An empty list leaves that part to somebody else.
 *
 * @param servers at most 3, as many as the C library asks
 * @param search domains that are tried for names with few dots; at most 16, together at most 1,000 characters
 * @param options words such as {@code ndots:2} or {@code edns0}; at most 16
 */
public record ResolverConfiguration(List<IpAddress> servers, List<String> search, List<String> options) {

    public static final ResolverConfiguration EMPTY = new ResolverConfiguration(List.of(), List.of(), List.of());

    /** MAXNS in resolv.h. */
    public static final int MAX_SERVERS = 3;

    private static final int MAX_WORDS = 16;
    private static final int MAX_SEARCH = 1_000;
    private static final Pattern DOMAIN = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\\.?|\\.");
    private static final Pattern OPTION = Pattern.compile("[a-z][a-z0-9-]{0,30}(:[0-9]{1,5})?");

    public ResolverConfiguration {
        servers = checkServers(servers);
        search = checkSearch(search);
        options = checkOptions(options);
    }

    /** @throws InvalidValue if there are too many */
    public static List<IpAddress> checkServers(List<IpAddress> servers) {
        if (servers.size() > MAX_SERVERS) {
            throw new InvalidValue("must be at most " + MAX_SERVERS + " name servers");
        }
        return List.copyOf(servers);
    }

    /** @throws InvalidValue if one is not a domain, or there are too many */
    public static List<String> checkSearch(List<String> search) {
        if (search.size() > MAX_WORDS
                || search.stream().mapToInt(String::length).sum() > MAX_SEARCH) {
            throw new InvalidValue(
                    "must be at most " + MAX_WORDS + " domains, together at most " + MAX_SEARCH + " characters");
        }
        for (String domain : search) {
            if (!DOMAIN.matcher(domain).matches()) {
                throw new InvalidValue("has a word that is not a domain: " + PlainText.quote(domain));
            }
        }
        return List.copyOf(search);
    }

    /** @throws InvalidValue if one is not an option, or there are too many */
    public static List<String> checkOptions(List<String> options) {
        if (options.size() > MAX_WORDS) {
            throw new InvalidValue("must be at most " + MAX_WORDS + " options");
        }
        for (String option : options) {
            if (!OPTION.matcher(option).matches()) {
                throw new InvalidValue(
                        "has a word that is not an option such as 'ndots:2' or 'edns0': " + PlainText.quote(option));
            }
        }
        return List.copyOf(options);
    }

    /** Returns this configuration with the parts of another in place of its empty ones. */
    public ResolverConfiguration or(ResolverConfiguration other) {
        return new ResolverConfiguration(
                servers.isEmpty() ? other.servers : servers,
                search.isEmpty() ? other.search : search,
                options.isEmpty() ? other.options : options);
    }
}
