package dev.bailiwick.server.page;

import java.util.List;
import java.util.Map;

/**
 * A part of a page that is kept up to date while the page is open.
 *
 * @param event the name of the event that updates the part
 * @param template the template that holds the part
 * @param fragment the part's fragment in that template
 * @param shows the variables of the fragment; it is sent again when they no longer equal those sent last
 * @param holds parts inside this one: sent with it, and alone when only they change
 */
public record LivePart(
        String event, String template, String fragment, Map<String, Object> shows, List<LivePart> holds) {

    public LivePart(String event, String template, String fragment, Map<String, Object> shows) {
        this(event, template, fragment, shows, List.of());
    }

    /** Returns the same part with parts inside it, which need not be sent again after it. */
    public LivePart holding(List<LivePart> others) {
        return new LivePart(event, template, fragment, shows, List.copyOf(others));
    }

    /** Returns a stamp of the parts that a page was rendered with, so that its stream does not send them again. */
    public static String stamp(List<LivePart> parts) {
        return Integer.toHexString(parts.hashCode());
    }
}
