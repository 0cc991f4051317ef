package dev.bailiwick.server.page;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.util.UriComponentsBuilder;

/** Creates the address of a page with parameters. */
public final class PageAddress {

    private PageAddress() {}

    /** @param asked the parameters in their order; empty ones are left out */
    public static String of(String path, Map<String, String> asked) {
        Map<String, String> present = new LinkedHashMap<>(asked);
        present.values().removeIf(String::isEmpty);
        UriComponentsBuilder address = UriComponentsBuilder.fromPath(path);
        // As variables: their special characters are all encoded; otherwise a '+' would be read as a space.
        present.keySet().forEach(name -> address.queryParam(name, "{" + name + "}"));
        return address.encode().buildAndExpand(present).toUriString();
    }
}
