package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.linux.guard.CustomerLinks.Change;
import dev.bailiwick.jail.JailId;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CustomerLinksTest {

    private final CustomerLinks customers = new CustomerLinks();
    private final JailId first = jail("a");
    private final JailId second = jail("a");
    private final JailId others = jail("b");

    @BeforeEach
    void knowNothingOfTheKernel() {
        customers.done(customers.whole());
    }

    @Test
    void aCustomersOnlyJailNeedsNoElement() {
        assertThat(customers.occupy(1, first)).isFalse();
        assertThat(customers.occupy(2, others)).isFalse();
        assertThat(customers.change()).isEqualTo(new Change.Part(Map.of(), Map.of()));
    }

    @Test
    void theSecondJailOfACustomerBringsBothIn() {
        customers.occupy(1, first);
        customers.occupy(2, others);
        customers.occupy(3, second);
        Change change = customers.change();
        assertThat(change).isInstanceOfSatisfying(Change.Part.class, part -> {
            assertThat(part.gone()).isEmpty();
            assertThat(part.come()).containsOnlyKeys(1, 3);
            assertThat(part.come().get(1)).isEqualTo(part.come().get(3));
        });
        customers.done(change);
        assertThat(customers.change()).isEqualTo(new Change.Part(Map.of(), Map.of()));
    }

    @Test
    void aJailThatStartsAgainBehindItsLinkNeedsNothing() {
        together();
        assertThat(customers.occupy(1, first)).isFalse();
        assertThat(customers.change()).isEqualTo(new Change.Part(Map.of(), Map.of()));
    }

    @Test
    void whoTakesTheLinkOfAnotherCustomersJailWaits() {
        together();
        customers.forget(first);
        assertThat(customers.occupy(1, others)).isTrue();
        assertThat(customers.change())
                .isInstanceOfSatisfying(
                        Change.Part.class, part -> assertThat(part.gone()).containsKeys(1, 2));
    }

    @Test
    void whatIsBeingAddedCountsAsAdded() {
        customers.occupy(1, first);
        customers.occupy(2, second);
        customers.change();
        customers.forget(first);
        assertThat(customers.occupy(1, others)).isTrue();
    }

    @Test
    void afterAFailureTheKernelMayHoldAnything() {
        together();
        customers.failed();
        assertThat(customers.occupy(3, others)).isTrue();
        assertThat(customers.change()).isInstanceOf(Change.Whole.class);
    }

    @Test
    void whoseJailNobodyKnowsIsOfNoCustomer() {
        JailId one = jail("");
        JailId two = jail("");
        customers.occupy(1, one);
        customers.occupy(2, two);
        assertThat(customers.change()).isEqualTo(new Change.Part(Map.of(), Map.of()));
    }

    private void together() {
        customers.occupy(1, first);
        customers.occupy(2, second);
        customers.done(customers.change());
    }

    private JailId jail(String owner) {
        JailId id = new JailId(UUID.randomUUID());
        customers.own(id, owner);
        return id;
    }
}
