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
 * @param holds parts that are inside it: sent with it, and alone when they change alone
 */
public record LivePart(
        String event, String template, String fragment, Map<String, Object> shows, List<LivePart> holds) {

    public LivePart(String event, String template, String fragment, Map<String, Object> shows) {
        this(event, template, fragment, shows, List.of());
    }

    /** The same part, with others inside it, which need not be sent again after it. */
    public LivePart holding(List<LivePart> others) {
        return new LivePart(event, template, fragment, shows, List.copyOf(others));
    }

    /** Says of a page what it was rendered with, so that its stream need not send the same again. */
    public static String stamp(List<LivePart> parts) {
        return Integer.toHexString(parts.hashCode());
    }
}
