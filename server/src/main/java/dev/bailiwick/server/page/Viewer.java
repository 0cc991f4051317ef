package dev.bailiwick.server.page;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The user who views a page, and what the page offers them.
 *
 * @param role the user's role in this installation
 * @param staff whether the user works for the installation, and sees all of it
 * @param operator whether the user runs the installation, and defines jails
 * @param access how far the user's rights reach
 * @param carried the rights that the user's session carries, whoever has them
 * @param actedBy who of the staff acts as the user; empty if the user does it
 */
public record Viewer(
        String name, String role, boolean staff, boolean operator, Access access, Set<Right> carried, String actedBy) {

    public static Viewer of(Caller caller) {
        return new Viewer(
                caller.login(),
                caller.role().toString(),
                caller.role().isStaff(),
                caller.may(Right.DEFINE),
                caller.access(),
                Arrays.stream(Right.values())
                        .filter(right -> caller.carriesAll(Set.of(right)))
                        .collect(Collectors.toUnmodifiableSet()),
                caller.acting().map(Caller.ActingStaff::login).orElse(""));
    }

    /** Whether the user chooses the people of a customer as its owner. */
    public boolean managesPeople() {
        return access.customers().values().stream().anyMatch(rights -> rights.contains(Right.MEMBERS));
    }

    /** Whether the user sees customers: as staff, or as an owner of their reseller. */
    public boolean listsCustomers() {
        return staff || !access.resold().isEmpty();
    }

    /** Whether the user sees jails of several customers, so that a jail's customer tells something. */
    public boolean severalCustomers() {
        return access.reached().size() > 1;
    }

    /**
     * Whether the user has the right everywhere.
     *
     * @param right in the form of the API, for example {@code suspend}
     */
    public boolean may(String right) {
        Right wanted = Right.parse(right);
        return carried.contains(wanted) && access.has(wanted);
    }

    /** Whether the user may start and stop a jail that they see. */
    public boolean powers(String jail) {
        return has(Right.POWER, jail);
    }

    /** Whether the user may change at least the settings of a jail that they see. */
    public boolean configures(String jail) {
        return has(Right.CONFIGURE, jail);
    }

    /** Returns the tabs of a jail that the user sees. */
    public List<JailTab> tabs(String jail) {
        return Arrays.stream(JailTab.values())
                .filter(tab -> has(tab.right(), jail))
                .toList();
    }

    private boolean has(Right right, String jail) {
        Access.JailGrant grant = access.jails().get(JailId.parse(jail));
        // Who sees a jail without a grant for it is staff, or an owner of its customer.
        boolean given =
                grant == null ? !staff : right == Right.SEE || grant.rights().contains(right);
        return carried.contains(right) && (given || access.has(right));
    }
}
