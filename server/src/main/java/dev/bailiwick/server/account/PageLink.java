package dev.bailiwick.server.account;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** The links from one page of a list to another (RFC 8288): the address of the current request, with another cursor. */
public final class PageLink {

    private static final String CURSOR = "cursor";

    private PageLink() {}

    /**
     * Returns the value of a header {@code Link}. All other parameters stay as they were sent: to decode and encode them again
     * could change their meaning, and their length.
     *
     * @param cursor the id of the jail, host, … that the page starts at or after
     * @param relation {@code next} or {@code prev}
     */
    public static String of(Object cursor, String relation) {
        var current = ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
        String query = Optional.ofNullable(current.getQueryString()).orElse("");
        String parameters = Stream.concat(
                        Arrays.stream(query.split("&", -1))
                                .filter(pair -> !pair.isEmpty() && !name(pair).equals(CURSOR)),
                        Stream.of(CURSOR + "=" + cursor))
                .collect(Collectors.joining("&"));
        return "<" + current.getRequestURI() + "?" + parameters + ">; rel=\"" + relation + "\"";
    }

    private static String name(String pair) {
        return URLDecoder.decode(pair.split("=", 2)[0], StandardCharsets.UTF_8);
    }
}
