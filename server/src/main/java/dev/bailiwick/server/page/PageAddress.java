package dev.bailiwick.server.page;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.util.UriComponentsBuilder;

/** The address of a page that is asked for something. */
public final class PageAddress {

    private PageAddress() {}

    /** @param asked the parameters in their order; one that is empty is left out */
    public static String of(String path, Map<String, String> asked) {
        Map<String, String> present = new LinkedHashMap<>(asked);
        present.values().removeIf(String::isEmpty);
        UriComponentsBuilder address = UriComponentsBuilder.fromPath(path);
        // As variables, of which every sign that means something is encoded: a '+' is read as a space otherwise.
        present.keySet().forEach(name -> address.queryParam(name, "{" + name + "}"));
        return address.encode().buildAndExpand(present).toUriString();
    }
}
