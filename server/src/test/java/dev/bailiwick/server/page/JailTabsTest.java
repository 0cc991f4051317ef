package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Access;
import dev.bailiwick.server.account.Access.JailGrant;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Right;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tabs of a jail: each is a page, and a viewer sees those that they may open. */
class JailTabsTest extends ShopPages {

    @ParameterizedTest
    @EnumSource
    void eachIsAPageThatSaysWhichItIs(JailTab tab) throws Exception {
        String tabs = tabs(tab, Fleet.OPERATOR);

        for (JailTab other : JailTab.values()) {
            assertThat(tabs).contains("href=\"" + address(other) + "\"");
        }
        assertThat(tabs)
                .containsOnlyOnce("aria-current")
                .contains("href=\"" + address(tab) + "\" aria-current=\"page\"")
                .doesNotContain("??");
    }

    @ParameterizedTest
    @EnumSource
    void areShownToThoseWhoHaveTheirRights(JailTab tab) {
        Set<Right> others = EnumSet.complementOf(EnumSet.of(tab.right()));
        assertThat(tabsOf(Set.of(tab.right()))).contains(tab);
        assertThat(tabsOf(others).contains(tab))
                .as("who has a right on a jail sees it")
                .isEqualTo(tab.right() == Right.SEE);
    }

    @Test
    void areThoseThatTheSessionCarries() throws Exception {
        Set<Scope> some = EnumSet.copyOf(Fleet.OPERATOR.scopes());
        some.remove(Scope.JAILS_LOGS);

        assertThat(tabs(JailTab.OVERVIEW, Fleet.OPERATOR.with(some)))
                .doesNotContain(address(JailTab.LOG))
                .contains(address(JailTab.SETTINGS));
    }

    /** Returns the tabs that a colleague with these rights on the jail sees. */
    private List<JailTab> tabsOf(Set<Right> rights) {
        Caller colleague = Fleet.somebodyOf(customer)
                .reaching(new Access(
                        Right.of(Role.CUSTOMER),
                        Map.of(customer, Set.of()),
                        Set.of(),
                        Map.of(jail.id(), new JailGrant(customer, rights)),
                        0));
        return Viewer.of(colleague).tabs(jail.id().toString());
    }

    private String address(JailTab tab) {
        return tab.address(jail.id().toString());
    }

    /** Returns the tabs on the page, also if it says that a host does not answer. */
    private String tabs(JailTab tab, Caller caller) throws Exception {
        String page = browser.perform(get(address(tab)).with(as(caller)))
                .andReturn()
                .getResponse()
                .getContentAsString();
        int from = page.indexOf("<nav class=\"tabs\"");
        return page.substring(from, page.indexOf("</nav>", from));
    }
}
