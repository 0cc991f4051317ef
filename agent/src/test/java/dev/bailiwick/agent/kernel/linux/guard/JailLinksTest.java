package dev.bailiwick.agent.kernel.linux.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.AddressPools;
import dev.bailiwick.agent.kernel.ResolverDefaults;
import dev.bailiwick.agent.kernel.linux.guard.JailLinks.Change;
import dev.bailiwick.jail.AddressRange;
import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.desired.OutgoingMail;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JailLinksTest {

    private static final Change NOTHING = new Change.Part(LinkElements.NONE, LinkElements.NONE);

    private final JailLinks links = new JailLinks();
    private final JailId first = jail("a");
    private final JailId second = jail("a");
    private final JailId others = jail("b");

    @BeforeEach
    void knowNothingOfTheKernel() {
        links.done(links.whole());
    }

    @Test
    void aCustomersOnlyJailNeedsNoElement() {
        assertThat(links.occupy(1, first)).isFalse();
        assertThat(links.occupy(2, others)).isFalse();
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void theSecondJailOfACustomerBringsBothIn() {
        links.occupy(1, first);
        links.occupy(2, others);
        links.occupy(3, second);
        Change change = links.change();
        assertThat(change).isInstanceOfSatisfying(Change.Part.class, part -> {
            assertThat(part.gone().isEmpty()).isTrue();
            assertThat(part.come().customers()).containsOnlyKeys(1, 3);
            assertThat(part.come().customers().get(1))
                    .isEqualTo(part.come().customers().get(3));
        });
        links.done(change);
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void aJailThatStartsAgainBehindItsLinkNeedsNothing() {
        together();
        assertThat(links.occupy(1, first)).isFalse();
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void whoTakesTheLinkOfAnotherCustomersJailWaits() {
        together();
        links.forget(first);
        assertThat(links.occupy(1, others)).isTrue();
        assertThat(links.change())
                .isInstanceOfSatisfying(
                        Change.Part.class,
                        part -> assertThat(part.gone().customers()).containsKeys(1, 2));
    }

    @Test
    void whatIsBeingAddedCountsAsAdded() {
        links.occupy(1, first);
        links.occupy(2, second);
        links.change();
        links.forget(first);
        assertThat(links.occupy(1, others)).isTrue();
    }

    @Test
    void afterAFailureTheKernelMayHoldAnything() {
        together();
        links.failed();
        assertThat(links.occupy(3, others)).isTrue();
        assertThat(links.change()).isInstanceOf(Change.Whole.class);
    }

    @Test
    void whoseJailNobodyKnowsIsOfNoCustomer() {
        JailId one = jail("");
        JailId two = jail("");
        links.occupy(1, one);
        links.occupy(2, two);
        assertThat(links.change()).isEqualTo(NOTHING);
    }

    @Test
    void onlyLinksWhosePlansAndPoolsAllowItSendMail() {
        links.own(others, "b", OutgoingMail.REFUSED);
        links.occupy(1, first);
        links.occupy(2, others);
        links.occupy(3, new JailId(UUID.randomUUID()));
        assertThat(links.change()).as("no pool allows it").isEqualTo(NOTHING);

        links.pools(new AddressPools(List.of(AddressRange.parse("172.23.0.0/16")), List.of()));
        Change change = links.change();
        assertThat(change).isEqualTo(new Change.Part(LinkElements.NONE, new LinkElements(Map.of(), Set.of(1))));
        links.done(change);
        links.own(first, "a", OutgoingMail.REFUSED);
        assertThat(links.change()).isEqualTo(new Change.Part(new LinkElements(Map.of(), Set.of(1)), LinkElements.NONE));
    }

    @Test
    void whoTakesTheLinkOfAJailThatSentMailWaits() {
        AddressRange pool = AddressRange.parse("172.23.0.0/16");
        links.pools(new AddressPools(
                List.of(pool), List.of(), Map.of(pool, Egress.OPEN), List.of(), ResolverDefaults.NONE));
        links.own(others, "b", OutgoingMail.REFUSED);
        assertThat(links.occupy(1, first)).isFalse();
        links.change();
        links.forget(first);
        assertThat(links.occupy(1, others)).isTrue();
        assertThat(links.occupy(1, second)).isFalse();
    }

    private void together() {
        links.occupy(1, first);
        links.occupy(2, second);
        links.done(links.change());
    }

    private JailId jail(String owner) {
        JailId id = new JailId(UUID.randomUUID());
        links.own(id, owner, OutgoingMail.BY_POOL);
        return id;
    }
}
