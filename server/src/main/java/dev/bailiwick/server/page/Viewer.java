package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;

/**
 * The user who views a page, for the page's head.
 *
 * @param operator whether the user sees the whole installation
 */
public record Viewer(String name, boolean operator) {

    public static Viewer of(Caller caller) {
        return new Viewer(caller.login(), caller.role() == Role.OPERATOR);
    }
}
