package dev.bailiwick.server.figure;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.jail.placement.NewJail;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Use that is billed: once, whatever happens to readings on their way. */
class MeterTest extends WithFigures {

    @Test
    void readingsThatAreLostLateOrSentAgainAreBilledOnce() throws Exception {
        List<JailFigures> sent = new ArrayList<>();
        for (int slot = 0; slot < 40; slot++) {
            sent.add(slot(
                    recent().plus(JailFigures.SLOT.multipliedBy(slot)), run, slot * 1_000L, slot * 1_000L + 1_000));
        }
        for (int seed = 1; seed <= 6; seed++) {
            jdbc.sql("DELETE FROM figure").update();
            jdbc.sql("DELETE FROM figure_hour").update();
            Random random = new Random(seed);
            List<JailFigures> arriving = new ArrayList<>(sent);
            // Lost ones: never the last, whose use nothing covers yet.
            arriving.removeIf(
                    one -> random.nextInt(3) == 0 && !one.equals(sent.getLast()) && !one.equals(sent.getFirst()));
            arriving.addAll(arriving.subList(0, arriving.size() / 2));
            Collections.shuffle(arriving, random);
            arriving.forEach(this::store);
            assertThat(total()).as("seed " + seed).isEqualTo(40_000);
        }
    }

    @Test
    void eachRunIsBilledFromItsBeginning() throws Exception {
        store(slot(recent(), run, 0, 700));
        UUID next = UUID.randomUUID();
        // The jail was restarted in the same slot, and ran for it and the next one.
        store(slot(recent(), next, 0, 50));
        store(slot(recent().plus(JailFigures.SLOT), next, 50, 90));
        assertThat(total()).isEqualTo(790);
    }

    @Test
    void whatAJailUsedBeforeItsHostCollectedFiguresIsNotBilled() throws Exception {
        store(slot(recent(), run, 1_000_000, 1_000_100));
        assertThat(total()).isEqualTo(100);
    }

    /** An agent that was restarted says again that the run began with 0. */
    @Test
    void aRestartedAgentDoesNotBillTheRunAgain() throws Exception {
        store(slot(recent(), run, 0, 5_000));
        store(slot(recent().plus(Duration.ofHours(2)), run, 0, 6_000));
        store(slot(recent().plus(Duration.ofHours(3)), run, 0, 6_500));
        assertThat(total()).isEqualTo(6_500);
    }

    @Test
    void aRunOverTheEndOfAMonthIsDividedBetweenBoth() throws Exception {
        Instant last = month.minus(JailFigures.SLOT);
        insertHour(customer, month.minus(Duration.ofHours(2)), 30, 0, 400);
        insertHour(customer, month, 30, 0, 1_000);

        assertThat(total(YearMonth.from(last.atZone(ZoneOffset.UTC)))).isEqualTo(400);
        assertThat(total(YearMonth.from(month.atZone(ZoneOffset.UTC)))).isEqualTo(600);
    }

    /** Whoever had the jail for the longer part of the hour. */
    @ParameterizedTest
    @CsvSource({"50, 10", "10, 50"})
    void theHourInWhichAJailChangedItsCustomerIsDividedBetweenBoth(int before, int after) throws Exception {
        CustomerId next = fixtures.customer();
        Instant last = month.minus(Duration.ofHours(1));
        insertHour(customer, last, before, 0, 400);
        insertHour(next, last, after, 400, 500);
        insertHour(next, month, 30, 500, 650);

        YearMonth current = YearMonth.from(month.atZone(ZoneOffset.UTC));
        assertThat(ofOurs(current.minusMonths(1), next)).containsExactlyInAnyOrder(customer + " 400", next + " 100");
        assertThat(ofOurs(current, next)).containsExactly(next + " 150");
    }

    /** A restarted agent says that the run began with 0, and the new customer does not see that of another. */
    @Test
    void theNewCustomerOfAJailDoesNotSeeWhatTheOldOneUsed() throws Exception {
        CustomerId next = fixtures.customer();
        insertHour(customer, recent(), 10, 0, 400);
        insertHour(next, recent(), 50, 0, 500);
        jdbc.sql("UPDATE jail SET customer_id = ? WHERE id = ?")
                .params(next.value(), jail.value())
                .update();

        assertThat(lines(somebodyOf(next), "customer"))
                .singleElement()
                .satisfies(line -> assertThat(line.at("/used/cpuTime").asLong()).isEqualTo(100));
        assertThat(lines(somebodyOf(customer), "customer"))
                .singleElement()
                .satisfies(line -> assertThat(line.at("/used/cpuTime").asLong()).isEqualTo(400));
        String hours = "?step=PT1H&from=" + recent().minus(Duration.ofHours(1));
        metrics(somebodyOf(next), hours)
                .andExpect(jsonPath("$.metrics[0].points.length()").value(1))
                .andExpect(jsonPath("$.metrics[0].points[0].used").value(100));
    }

    @Test
    void groupsByCustomerExternalIdOrJail() throws Exception {
        JailId second = jails.define(
                        OPERATOR, new NewJail(customer, Optional.of(host), Optional.empty(), named("mail")))
                .id();
        store(slot(recent(), run, 0, 700));
        figures.store(
                host,
                List.of(new JailFigures(
                        second,
                        UUID.randomUUID(),
                        recent(),
                        1,
                        Map.of(Metric.CPU_TIME, new Counter(0, 30)),
                        Map.of())));

        JsonNode whole = lines(somebodyOf(customer), "customer").getFirst();
        assertThat(whole.at("/customer").asString()).isEqualTo(customer.toString());
        assertThat(whole.at("/used/cpuTime").asLong()).isEqualTo(730);
        assertThat(whole.has("jail")).isFalse();
        assertThat(whole.at("/used").has("readBytes")).as("no host measured it").isFalse();
        assertThat(lines(somebodyOf(customer), "externalId"))
                .extracting(line -> line.path("externalId").asString("none") + " "
                        + line.at("/used/cpuTime").asLong())
                .containsExactlyInAnyOrder("order-1 700", "none 30");
        assertThat(lines(somebodyOf(customer), "jail"))
                .extracting(line -> line.at("/jailName").asString() + " "
                        + line.at("/used/cpuTime").asLong())
                .containsExactlyInAnyOrder("web 700", "mail 30");
        assertThat(lines(OPERATOR, "jail"))
                .extracting(line -> line.at("/jail").asString())
                .contains(jail.toString());
        assertThat(lines(somebodyOf(fixtures.customer()), "jail")).isEmpty();
    }

    @Test
    void onlyStaffGetsTheExternalIdsOfCustomers() throws Exception {
        store(slot(recent(), run, 0, 700));
        String external = "C-" + UUID.randomUUID();
        jdbc.sql("UPDATE customer SET external_id = ? WHERE id = ?")
                .params(external, customer.value())
                .update();

        assertThat(lines(OPERATOR, "customer"))
                .extracting(line -> line.path("externalId").asString(""))
                .contains(external);
        assertThat(lines(somebodyOf(customer), "customer"))
                .singleElement()
                .satisfies(line -> assertThat(line.has("externalId")).isFalse());
    }

    @Test
    void billsAJailThatWasRemoved() throws Exception {
        store(slot(recent(), run, 0, 700));
        jdbc.sql("UPDATE jail SET retired_at = now(), files_fate = 'kept' WHERE id = ?")
                .param(jail.value())
                .update();
        jdbc.sql("DELETE FROM jail WHERE id = ?").param(jail.value()).update();

        assertThat(lines(somebodyOf(customer), "jail")).singleElement().satisfies(line -> {
            assertThat(line.at("/used/cpuTime").asLong()).isEqualTo(700);
            assertThat(line.at("/jailName").asString()).isEqualTo("web");
            assertThat(line.at("/externalId").asString()).isEqualTo("order-1");
        });
    }
}
