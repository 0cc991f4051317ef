package dev.bailiwick.server.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import dev.bailiwick.jail.question.HostReply;
import dev.bailiwick.jail.stream.ExecId;
import dev.bailiwick.jail.stream.StreamRequest;
import dev.bailiwick.protocol.QuestionWire;
import dev.bailiwick.protocol.StreamWire;
import dev.bailiwick.protocol.stream.ByteStream;
import dev.bailiwick.protocol.v1.Question;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.host.HostCalls;
import dev.bailiwick.server.host.HostStreams;
import dev.bailiwick.server.host.HostUnreachable;
import dev.bailiwick.server.link.stream.StreamTickets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.test.context.TestPropertySource;

/** Streams of this server to hosts that are connected to another one with the same database. */
@TestPropertySource(properties = "bailiwick.link.replica=replica.example:8444")
class StreamsOfReplicasTest extends AskedHosts {

    @Autowired
    private HostStreams streams;

    @Autowired
    private Sessions sessions;

    @Autowired
    private StreamTickets streamTickets;

    @Autowired
    private LinkProperties properties;

    private Future<ByteStream> open(StreamRequest request) {
        return asking.submit(() -> streams.open(host, request));
    }

    private static StreamRequest request() {
        return new StreamRequest.Attach(new JailId(UUID.randomUUID()), ExecId.random(), 7, "anna");
    }

    @Test
    void areOpenedByTheHostThatIsAskedThroughTheOther() throws Exception {
        KeyPair keys = RawAgent.keys("secp256r1");
        X509Certificate certificate = join(host, keys);
        RawAgent.Stream session = connect(otherServer(), keys, certificate, hello());
        StreamRequest request = request();

        Future<ByteStream> asked = open(request);
        Question question = nextQuestion(session);
        assertThat(question.getDial().getAddress()).isEqualTo("replica.example:8444");
        say(session, QuestionWire.toWire(question.getQuestionId(), new HostAnswer.Dialled()));
        RawAgent agent = RawAgent.of(keys, certificate, authority.certificate(), server.port());
        agents.add(agent);
        CarriedStream carried = agent.carry(question.getDial().getTicket());

        assertThat(StreamWire.fromWire(carried.opening())).contains(request);
        try (ByteStream stream = asked.get(20, TimeUnit.SECONDS)) {
            stream.send(ByteString.copyFromUtf8("down"));
            assertThat(carried.stream().receive()).contains(ByteString.copyFromUtf8("down"));
        }
    }

    @Test
    void leaveTheirPlacesIfTheQuestionFails() throws Exception {
        connect(otherServer(), host, hello());
        HostCalls failing = new HostCalls() {
            @Override
            public <A extends HostAnswer> HostReply<A> ask(HostId asked, HostQuestion<A> question, Duration limit) {
                throw new DataAccessResourceFailureException("the database is away");
            }
        };
        HostStreams through = new LinkStreams(connections, sessions, streamTickets, failing, properties);
        StreamRequest request = request();
        for (int i = 0; i <= Bound.JAIL_STREAMS.value(); i++) {
            assertThatThrownBy(() -> through.open(host, request))
                    .isInstanceOf(DataAccessResourceFailureException.class);
        }
    }

    @Test
    void areRefusedWithTheReasonIfTheHostCannotDial() throws Exception {
        connect(
                otherServer(),
                host,
                RawAgent.hello(0).toBuilder().addAnswers("path").build());
        assertThatThrownBy(() -> open(request()).get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(HostUnreachable.class);
        host = newHost();
        assertThatThrownBy(() -> open(request()).get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(HostUnreachable.class)
                .hasMessageContaining("not connected");
    }
}
