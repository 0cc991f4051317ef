package dev.bailiwick.agent.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.agent.link.identity.ServerAddress;
import dev.bailiwick.agent.link.stream.StreamCarrier;
import dev.bailiwick.jail.question.HostAnswer;
import dev.bailiwick.jail.question.HostQuestion;
import java.util.HexFormat;
import java.util.Optional;

/** Opens streams to the replicas of the server that ask for them, and leaves all other questions to others. */
record DialAnswers(HostAnswers others, StreamCarrier streams) implements HostAnswers {

    @Override
    public HostAnswer answer(HostQuestion<?> question) throws InterruptedException {
        if (question instanceof HostQuestion.DialReplica(String address, String ticket)) {
            streams.dial(
                    Optional.of(ServerAddress.parse(address)),
                    ByteString.copyFrom(HexFormat.of().parseHex(ticket)));
            return new HostAnswer.Dialled();
        }
        return others.answer(question);
    }
}
