package dev.bailiwick.server.account;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.account.customer.Customers;
import dev.bailiwick.server.account.customer.TypedCustomers;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Which customer a typed text means. */
@ServerTest
class TypedCustomersTest {

    @Autowired
    private Customers customers;

    @Autowired
    private TypedCustomers typed;

    private final String name = "Typed " + UUID.randomUUID();

    private CustomerId create(String name) {
        return customers.create(OPERATOR, name, null).id();
    }

    @Test
    void findsACustomerByIdExternalIdAndName() {
        String external = "X-" + UUID.randomUUID();
        CustomerId id = customers.create(OPERATOR, name, external).id();

        for (String text : List.of(id.toString(), external, name, "  " + name.toUpperCase(Locale.ROOT) + " ")) {
            assertThat(typed.find(OPERATOR, text)).as(text).isEqualTo(id);
        }
        assertThat(typed.text(OPERATOR, id.toString())).isEqualTo(name);
    }

    @Test
    void anExternalIdComesBeforeAName() {
        CustomerId named = create(name);
        CustomerId numbered = customers.create(OPERATOR, "Another", name).id();

        assertThat(typed.find(OPERATOR, name)).isEqualTo(numbered);
        assertThat(typed.text(OPERATOR, named.toString())).isEqualTo(named.toString());
    }

    @Test
    void saysHowManyCustomersHaveAName() {
        List<CustomerId> both = List.of(create(name), create(name));

        refused(() -> typed.find(OPERATOR, name), "is the name of 2 customers; type the id of one");
        for (CustomerId one : both) {
            assertThat(typed.text(OPERATOR, one.toString())).isEqualTo(one.toString());
        }
        assertThat(typed.suggest(OPERATOR, name))
                .extracting(TypedCustomers.Suggestion::text)
                .containsExactlyInAnyOrder(both.get(0).toString(), both.get(1).toString());
    }

    @Test
    void aRetiredCustomerGivesWayToAnActiveOne() {
        CustomerId retired = create(name);
        var _ = customers.retire(OPERATOR, retired, Duration.ofDays(1));
        assertThat(typed.find(OPERATOR, name)).isEqualTo(retired);
        assertThat(typed.suggest(OPERATOR, name)).isEmpty();

        CustomerId active = create(name);

        assertThat(typed.find(OPERATOR, name)).isEqualTo(active);
        assertThat(typed.text(OPERATOR, retired.toString())).isEqualTo(retired.toString());
        assertThat(typed.text(OPERATOR, active.toString())).isEqualTo(name);
    }

    @Test
    void customersFindOnlyTheirOwn() {
        String external = "X-" + UUID.randomUUID();
        CustomerId own = customers.create(OPERATOR, name, external).id();
        CustomerId foreign = create(name);
        Caller owner = somebodyOf(own);

        assertThat(typed.find(owner, name)).isEqualTo(own);
        for (String text : List.of(foreign.toString(), external)) {
            refused(() -> typed.find(owner, text), "is not the name or the id of a customer");
        }
        assertThat(typed.text(owner, foreign.toString())).isEqualTo(foreign.toString());
    }

    @Test
    void refusesNothingAndWhatIsNoName() {
        refused(() -> typed.find(OPERATOR, " "), "must be chosen");
        for (String text :
                List.of(name, "\u0000", "\ud800", "%", UUID.randomUUID().toString())) {
            refused(() -> typed.find(OPERATOR, text), "is not the name or the id of a customer");
        }
        assertThat(typed.suggest(OPERATOR, "\u0000")).isEmpty();
    }

    private static void refused(ThrowingCallable find, String reason) {
        assertThatThrownBy(find)
                .isInstanceOfSatisfying(
                        InvalidRequest.class,
                        refusal -> assertThat(refusal.violations())
                                .singleElement()
                                .satisfies(violation -> assertThat(violation.pointer() + " " + violation.message())
                                        .isEqualTo("/customer " + reason)));
    }
}
