package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The server without its host, and the host without its server. */
@OnFleet
class OfflineHostTest {

    @Test
    void writesAreAcceptedWhileTheHostIsAwayAndAppliedWhenItReturns(Fleet fleet) throws Exception {
        Jail changed = fleet.create(fleet.definition("changed", 40));
        Jail leaving = fleet.create(fleet.definition("leaving", 41));
        fleet.agent().stop();
        fleet.awaitDisconnected();

        Answer redefined = fleet.operator().patch("jails/" + changed.id(), "{\"environment\":{\"WHO\":\"later\"}}");
        Answer made = fleet.operator()
                .post("jails", fleet.definition("made-meanwhile", 42).toString());
        Answer retired = fleet.operator().delete("jails/" + leaving.id() + "?files=delete");

        assertThat(redefined.jail().generation()).isEqualTo(2);
        assertThat(made.status()).isEqualTo(201);
        assertThat(retired.isSuccess()).isTrue();
        assertThat(fleet.operator().jails())
                .extracting(jail -> jail.status().phase())
                .containsOnly("unknown");
        assertThat(WebJail.page(changed)).as("jails outlive the agent").startsWith("changed");

        fleet.agent().start();
        fleet.awaitConnected();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> fleet.operator().jails().stream().allMatch(Jail::isSettled)
                        && fleet.operator().jails().size() == 2);
        assertThat(WebJail.awaitPage(changed)).startsWith("later");
        assertThat(WebJail.awaitPage(made.jail())).startsWith("made-meanwhile");
    }

    @Test
    void anAgentStartedWithTheServerAwayKeepsItsJailsRunning(Fleet fleet) throws Exception {
        Jail left = fleet.create(fleet.definition("left-alone", 43));
        Jail killed = fleet.create(fleet.definition("killed", 44));
        WebJail.awaitPage(killed);
        fleet.agent().kill();
        fleet.server().stop();
        long init = killed.initPid();
        assertThat(HostLeftovers.uidOf(init))
                .isGreaterThanOrEqualTo(fleet.partition().firstHostId());
        ProcessHandle.of(init).orElseThrow().destroyForcibly();

        fleet.agent().start();

        assertThat(WebJail.awaitPage(killed)).startsWith("killed");
        assertThat(WebJail.page(left)).startsWith("left-alone");

        fleet.server().start();
        fleet.awaitReady();
        fleet.awaitConnected();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> fleet.operator().jails().stream().allMatch(Jail::isSettled));
        assertThat(fleet.operator().jail(left.id()).orElseThrow().initPid()).isEqualTo(left.initPid());
        assertThat(fleet.operator().jail(killed.id()).orElseThrow().initPid()).isNotEqualTo(killed.initPid());
    }
}
