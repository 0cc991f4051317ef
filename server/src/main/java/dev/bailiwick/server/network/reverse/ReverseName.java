package dev.bailiwick.server.network.reverse;

import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.InvalidValue;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The full host name to which an address leads in DNS (RFC 1035, PTR).
 *
 * @param value in lower case, without the dot at the end; at most {@value #MAX_LENGTH} characters
 */
public record ReverseName(String value) {

    static final int MAX_LENGTH = 253;

    /** The last label begins with a letter, so that no address is taken for a name (RFC 1123, 2.1). */
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

    /** @throws InvalidValue if it is no full host name */
    public ReverseName {
        if (value.length() > MAX_LENGTH || !NAME.matcher(value).matches()) {
            throw new InvalidValue("must be a full host name, such as mail.example.org, of at most " + MAX_LENGTH
                    + " characters; names with other letters are written as xn--");
        }
    }

    /** Reads a name as people write it: in any case, with or without the dot at the end. */
    public static ReverseName parse(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return new ReverseName(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    }

    /** Returns the name below {@code in-addr.arpa} or {@code ip6.arpa} that DNS has for an address, with the dot at the end. */
    public static String ownerOf(IpAddress address) {
        Stream<String> parts = address.isV4()
                ? Stream.of(address.toString().split("\\.", -1))
                : HexFormat.of().formatHex(address.bytes()).chars().mapToObj(Character::toString);
        return parts.collect(Collectors.collectingAndThen(Collectors.toList(), all -> String.join(".", all.reversed())))
                + (address.isV4() ? ".in-addr.arpa." : ".ip6.arpa.");
    }

    @Override
    public String toString() {
        return value;
    }
}
