package dev.bailiwick.server.page;

import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Role;

/**
 * Who looks at a page, as its head shows them.
 *
 * @param operator whether they see the whole installation
 */
public record Viewer(String name, boolean operator) {

    public static Viewer of(Caller caller) {
        return new Viewer(caller.login(), caller.role() == Role.OPERATOR);
    }
}
