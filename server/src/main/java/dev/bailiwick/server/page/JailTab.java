package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Right;
import java.util.Locale;

/**
 * The tabs of a jail's page, in their order: the only list of them. Each is a page of its own, which has the fragment {@code head} of
 * {@code jails/tabs} with the name of the tab; its label is the message {@code jail.tab.<name>}.
 */
public enum JailTab {
    OVERVIEW("", Right.SEE),
    CONSOLE("/console", Right.CONSOLE),
    LOG("/log", Right.LOGS),
    FILES("/files", Right.FILES),
    FIGURES("/figures", Right.SEE),
    POLICY("/policy", Right.SEE),
    NETWORK("/network", Right.SEE),
    ACTIVITY("/activity", Right.SEE),
    SETTINGS("/settings", Right.SEE);

    private final String path;
    private final Right right;

    /**
     * @param path below the page of the jail
     * @param right what a user needs on the jail; the others do not see the tab
     */
    JailTab(String path, Right right) {
        this.path = path;
        this.right = right;
    }

    /** Returns the address of the tab, without a server. */
    public String address(String jail) {
        return "/jails/" + jail + path;
    }

    public Right right() {
        return right;
    }

    /** Returns the name of the tab in templates and messages, for example {@code overview}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
