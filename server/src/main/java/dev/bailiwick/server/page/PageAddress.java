package dev.bailiwick.server.page;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.util.UriComponentsBuilder;

/** The address of a page, with its parameters in the order in which they were given. */
public final class PageAddress {

    private final String path;
    private final Map<String, String> parameters = new LinkedHashMap<>();

    public PageAddress(String path) {
        this.path = path;
    }

    /** @param value left out if it is empty */
    public PageAddress with(String name, String value) {
        if (!value.isEmpty()) {
            parameters.put(name, value);
        }
        return this;
    }

    public String text() {
        UriComponentsBuilder address = UriComponentsBuilder.fromPath(path);
        // As variables, of which every sign that means something is encoded: a '+' is read as a space otherwise.
        parameters.keySet().forEach(name -> address.queryParam(name, "{" + name + "}"));
        return address.encode().buildAndExpand(parameters).toUriString();
    }
}
