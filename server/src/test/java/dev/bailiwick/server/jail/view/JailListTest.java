package dev.bailiwick.server.jail.view;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.page.JailQuery;
import dev.bailiwick.server.jail.placement.NewJail;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServerTest
class JailListTest {

    private final Jails jails;
    private final JdbcClient jdbc;
    private final HostId host;
    private final CustomerId customer;
    private final Fleet.Fixtures fixtures;

    @Autowired
    JailListTest(Jails jails, JdbcClient jdbc, Fleet.Fixtures fixtures) {
        this.jails = jails;
        this.jdbc = jdbc;
        this.host = fixtures.connectedHostWithPool();
        this.customer = fixtures.customer();
        this.fixtures = fixtures;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"created", "-created", "name", "-name", "state", "-host", "customer", "changed", "-changed"})
    void leadsThroughAllPagesForthAndBackInAnyOrder(String sort) {
        for (String name : List.of("pear", "fig", "apple", "quince", "date", "cherry", "plum")) {
            define(name);
        }
        List<Optional<JailId>> starts = new ArrayList<>(List.of(Optional.empty()));
        List<JailView> all = new ArrayList<>();
        JailPage page = list(sort, Optional.empty());
        all.addAll(page.jails());
        while (page.next().isPresent()) {
            starts.add(page.next());
            page = list(sort, page.next());
            all.addAll(page.jails());
        }

        assertThat(all).extracting(JailView::id).hasSize(7).doesNotHaveDuplicates();
        if (sort.endsWith("name")) {
            List<String> names =
                    all.stream().map(jail -> jail.definition().name().value()).toList();
            assertThat(sort.startsWith("-") ? names.reversed() : names).isSorted();
        }
        for (int at = starts.size() - 1; at > 0; at--) {
            Optional<JailId> previous = list(sort, starts.get(at)).previous();
            JailId expected = starts.get(at - 1).orElse(all.getFirst().id());
            assertThat(previous).contains(expected);
        }
        assertThat(list(sort, Optional.of(all.getFirst().id())).previous()).isEmpty();
    }

    @Test
    void refusesAnOrderThatIsNone() {
        for (String sort :
                Stream.of("", "-", "--name", "secret", "name;", "NAME").toList()) {
            assertThatThrownBy(() -> JailOrder.parse(sort))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("/sort");
        }
    }

    @Test
    void showsTheJailOfAnAddressFirst() {
        List<JailView> made = Stream.iterate(0, i -> i + 1)
                .limit(30)
                .map(i -> define("jail-" + i))
                .toList();
        JailView wanted = made.get(1);
        String address = wanted.definition().addresses().v4().orElseThrow().toString();

        List<JailId> found = new ArrayList<>();
        JailPage page = search(address, Optional.empty());
        assertThat(page.jails().getFirst().id()).isEqualTo(wanted.id());
        page.jails().forEach(jail -> found.add(jail.id()));
        while (page.next().isPresent()) {
            page = search(address, page.next());
            page.jails().forEach(jail -> found.add(jail.id()));
        }
        assertThat(found.stream().distinct()).contains(wanted.id());
    }

    @Test
    void findsByCustomerAndById() {
        JailView jail = define("unlike-any-other");
        String name = jdbc.sql("SELECT name FROM customer WHERE id = :id")
                .param("id", customer.value())
                .query(String.class)
                .single();
        String id = jail.id().toString();

        assertThat(found(name.toUpperCase(java.util.Locale.ROOT))).contains(jail.id());
        assertThat(found(id)).containsExactly(jail.id());
        assertThat(found(id.substring(0, 23))).contains(jail.id());
        assertThat(found(id.substring(9)))
                .as("a search finds only the beginning of an id")
                .isEmpty();
    }

    /** The jails of all customers are searched by indexes, those of one are not. */
    @Test
    void findsTheSameAmongTheJailsOfAll() {
        JailView jail = define("among-all");
        String id = jail.id().toString();
        String address = jail.definition().addresses().v4().orElseThrow().toString();
        String name = jdbc.sql("SELECT name FROM customer WHERE id = :id")
                .param("id", customer.value())
                .query(String.class)
                .single();
        for (String text : List.of("ONG-al", id, id.substring(0, 8), address, address.substring(3), name)) {
            JailFilter everywhere =
                    new JailFilter(Optional.of(host), Optional.empty(), Optional.empty(), Optional.of(text));
            assertThat(jails.list(OPERATOR, everywhere, JailOrder.NEWEST_FIRST, Optional.empty(), 500)
                            .jails())
                    .as(text)
                    .extracting(JailView::id)
                    .contains(jail.id());
            assertThat(jails.count(OPERATOR, everywhere).count()).as(text).isPositive();
        }
        JailFilter nowhere =
                new JailFilter(Optional.of(host), Optional.empty(), Optional.empty(), Optional.of("among_all"));
        assertThat(jails.count(OPERATOR, nowhere)).isEqualTo(JailCount.NONE);
    }

    @Test
    void readsSignsOfPatternsAsThemselves() {
        define("plain-text");
        assertThat(found("plain-tex")).hasSize(1);
        assertThat(List.of("plain%text", "plain_text", "%%%", "_____"))
                .allSatisfy(text -> assertThat(found(text)).as(text).isEmpty());
    }

    @Test
    void filtersThePageByALabelAndByNoneThatCannotBe() {
        JailQuery query = new JailQuery("", "", host.toString(), "", " team=web ", "", "");
        assertThat(query.filter().labels()).containsExactly(new LabelFilter("team", Optional.of("web")));
        assertThat(query.address("/jails", "", "")).contains("label=team%3Dweb");
        JailView jail = define("labelled");
        assertThat(jails.list(OPERATOR, query.filter(), JailOrder.NEWEST_FIRST, Optional.empty(), 10)
                        .jails())
                .isEmpty();
        jails.redefine(
                OPERATOR,
                jail.id(),
                1,
                DefinitionDraft.of(jail.definition().with(new Labels(Map.of("team", "web", "tier", "front")))));
        assertThat(jails.list(OPERATOR, query.filter(), JailOrder.NEWEST_FIRST, Optional.empty(), 10)
                        .jails())
                .extracting(JailView::id)
                .containsExactly(jail.id());
        assertThat(jails.count(OPERATOR, query.filter())).isEqualTo(new JailCount(1, false));
        JailQuery never = new JailQuery("", "", host.toString(), "", "team =", "", "");
        assertThat(jails.list(OPERATOR, never.filter(), JailOrder.NEWEST_FIRST, Optional.empty(), 10)
                        .jails())
                .as("no jail has an invalid label")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "-name", "state", "-state", "host", "-changed", "changed"})
    void tellsNothingOfAnothersJailByWhereAPageStarts(String sort) {
        define("apple");
        define("quince");
        CustomerId stranger = fixtures.customer();
        JailId others = jails.define(
                        OPERATOR, new NewJail(stranger, Optional.of(host), Optional.empty(), named("hidden")))
                .id();
        JailFilter filter = ofThisHost(Optional.empty());
        for (JailId start : List.of(others, Jails.fresh())) {
            JailPage page = jails.list(somebodyOf(customer), filter, JailOrder.parse(sort), Optional.of(start), 10);
            assertThat(page.jails()).isEmpty();
            assertThat(page.previous()).isEmpty();
        }
    }

    @Test
    void countsTheWholeList() {
        for (int i = 0; i < 5; i++) {
            define("counted-" + i);
        }
        assertThat(jails.count(OPERATOR, ofThisHost(Optional.empty()))).isEqualTo(new JailCount(5, false));
        assertThat(jails.count(OPERATOR, ofThisHost(Optional.of("counted-3")))).isEqualTo(new JailCount(1, false));
        assertThat(jails.count(OPERATOR, ofThisHost(Optional.of("none")))).isEqualTo(JailCount.NONE);
        assertThat(JailCount.of(10_000)).isEqualTo(new JailCount(10_000, false));
        assertThat(JailCount.of(10_001)).isEqualTo(new JailCount(10_000, true));
    }

    private List<JailId> found(String text) {
        return search(text, Optional.empty()).jails().stream().map(JailView::id).toList();
    }

    private JailPage search(String text, Optional<JailId> from) {
        return jails.list(OPERATOR, ofThisHost(Optional.of(text)), JailOrder.NEWEST_FIRST, from, 10);
    }

    private JailPage list(String sort, Optional<JailId> from) {
        return jails.list(OPERATOR, ofThisHost(Optional.empty()), JailOrder.parse(sort), from, 3);
    }

    private JailFilter ofThisHost(Optional<String> text) {
        return new JailFilter(Optional.of(host), Optional.of(customer), Optional.empty(), text);
    }

    private JailView define(String name) {
        return jails.define(OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named(name)));
    }
}
