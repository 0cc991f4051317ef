package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bailiwick.jail.question.HostAnswer.PathVerdict;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.question.HostReply.Reason;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.host.SessionId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Questions to hosts that are not answered, or whose answer gets lost. */
class LostCallsTest extends AskedHosts {

    @Test
    void saysThatAHostIsAway() throws Exception {
        assertThat(reason(reply(ask(LONG)))).isEqualTo(Reason.AWAY);
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            RawAgent.Stream stream = connect(to);
            Future<HostReply<PathVerdict>> asked = ask(LONG);
            nextQuestion(stream);
            stream.leave();
            assertThat(reason(reply(asked)))
                    .as("the host disconnected before it answered")
                    .isEqualTo(Reason.AWAY);
            await().untilAsserted(() -> assertThat(reason(reply(ask(LONG)))).isEqualTo(Reason.AWAY));
        }
    }

    /** As when the host's stream ends just before its replica takes the question. */
    @Test
    void saysThatAHostIsAwayThatDisconnectedBeforeAnybodyTookTheQuestion() throws Exception {
        SessionId session = SessionId.random();
        connections.connected(host, session, "test", Fleet.Fixtures.facts(), 0, LONG);
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        await().until(() -> jdbc.sql("SELECT count(*) FROM host_question WHERE host_id = ?")
                        .param(host.value())
                        .query(Integer.class)
                        .single()
                == 1);

        connections.disconnected(host, session);

        assertThat(reason(reply(asked))).isEqualTo(Reason.AWAY);
    }

    @Test
    void waitsNoLongerThanTheLimit() throws Exception {
        for (LinkServer to : List.of(server, otherServer())) {
            host = newHost();
            RawAgent.Stream stream = connect(to);
            Future<HostReply<PathVerdict>> asked = ask(Duration.ofSeconds(4));
            String late = nextQuestion(stream).getQuestionId();
            assertThat(reason(reply(asked))).isEqualTo(Reason.TIMED_OUT);
            answer(stream, late, "too late");

            asked = ask(LONG);
            answer(stream, nextQuestion(stream).getQuestionId(), "in time");
            assertThat(reply(asked)).isEqualTo(refusal("in time"));
        }
        assertThatThrownBy(() -> calls.ask(host, QUESTION, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> calls.ask(host, QUESTION, LONG.plusMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The session of a host stays in the database for a while after its replica died. */
    @Test
    void waitsNoLongerThanTheLimitForAServerThatDied() throws Exception {
        connections.connected(host, SessionId.random(), "test", Fleet.Fixtures.facts(), 0, LONG);
        HostReply<PathVerdict> reply = reply(ask(Duration.ofMillis(300)));
        assertThat(reason(reply)).isEqualTo(Reason.TIMED_OUT);
        assertThat(reply.toString()).contains("the host did not answer within 0.3 seconds");
    }

    @Test
    void findsAnAnswerWhoseNotificationWasLost() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        String id = nextQuestion(stream).getQuestionId();
        // The connection of this server, which started first.
        assertThat(jdbc.sql("""
                        SELECT count(pg_terminate_backend(pid)) FROM (
                            SELECT pid FROM pg_stat_activity
                            WHERE application_name = 'bailiwick notifications' AND datname = current_database()
                            ORDER BY backend_start LIMIT 1) AS here
                        """).query(Integer.class).single()).isEqualTo(1);
        answer(stream, id, "leaves /jails");
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
    }

    @Test
    void clearsAwayWhatAServerThatDiedHadAsked() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        jdbc.sql("""
                        INSERT INTO host_question (id, host_id, question, expires_at)
                        VALUES (gen_random_uuid(), ?, '', now() - interval '2 minutes')
                        """).param(host.value()).update();
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        String id = nextQuestion(stream).getQuestionId();
        assertThat(rows()).isEqualTo(1);
        answer(stream, id, "leaves /jails");
        assertThat(reply(asked)).isEqualTo(refusal("leaves /jails"));
    }

    /** The next question deletes the rows of earlier ones. */
    @Test
    void keepsNoAnswerThatNobodyWaitsFor() throws Exception {
        RawAgent.Stream stream = connect(otherServer());
        Future<HostReply<PathVerdict>> asked = ask(LONG);
        String id = nextQuestion(stream).getQuestionId();
        jdbc.sql("DELETE FROM host_question").update();
        answer(stream, id, "to nobody");
        Future<HostReply<PathVerdict>> next = ask(LONG);
        answer(stream, nextQuestion(stream).getQuestionId(), "leaves /jails");
        assertThat(reply(next)).isEqualTo(refusal("leaves /jails"));
        assertThat(rows()).isZero();
        assertThat(asked.cancel(true)).isTrue();
    }
}
