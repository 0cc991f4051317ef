package dev.bailiwick.server.page;

import java.util.List;
import java.util.Map;

/**
 * A part of a page that changes while somebody looks at it.
 *
 * @param event the event under which the page waits for it
 * @param template the template that holds the part
 * @param fragment the part's fragment in that template
 * @param shows what the fragment reads; it is sent again when this is no longer equal to what was sent last
 */
public record LivePart(String event, String template, String fragment, Map<String, Object> shows) {

    /** Says of a page what it was rendered with, so that its stream need not send the same again. */
    public static String stamp(List<LivePart> parts) {
        return Integer.toHexString(parts.hashCode());
    }
}
