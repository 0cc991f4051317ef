package dev.bailiwick.agent.kernel.linux.network;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.kernel.linux.syscall.Constants;
import dev.bailiwick.agent.kernel.linux.syscall.Descriptor;
import dev.bailiwick.agent.kernel.linux.syscall.Errno;
import dev.bailiwick.agent.kernel.linux.syscall.Linux;
import dev.bailiwick.agent.kernel.linux.syscall.NativeMemory;
import dev.bailiwick.agent.kernel.linux.syscall.SystemCall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Several questions to rtnetlink(7), each about one object, sent together. The answer about an object that does not exist is empty. */
final class NetlinkQuery {

    private static final int HEADER_BYTES = 16;
    private static final int NLMSG_ERROR = 2;
    /** Without the flag of nested attributes. */
    private static final int ATTRIBUTE_TYPE = 0x3fff;

    private static final int ANSWER_BYTES = 16 * 1024;

    private final NetlinkBatch batch = new NetlinkBatch();
    private final List<Consumer<Optional<Answer>>> readers = new ArrayList<>();

    /** @param reader gets the answer during {@link #send}; empty if the kernel answers with an error */
    void ask(int type, Consumer<NetlinkBatch> question, Consumer<Optional<Answer>> reader) {
        // About a queue, the kernel answers only who asks for an echo.
        batch.request(
                "question",
                type,
                type == NetlinkBatch.RTM_GETQDISC ? NetlinkBatch.NLM_F_ECHO : 0,
                () -> question.accept(batch));
        readers.add(reader);
    }

    /** Asks, from the agent's own network namespace, and gives each reader its answer, in order. */
    void send() {
        List<Optional<Answer>> answers = new ArrayList<>();
        readers.forEach(_ -> answers.add(Optional.empty()));
        byte[] requests = batch.bytes();
        try (NativeMemory memory = new NativeMemory();
                Descriptor socket = NetlinkSocket.open()) {
            Linux.call(
                    SystemCall.SENDTO,
                    "netlink",
                    socket.number(),
                    NativeMemory.address(memory.copy(requests)),
                    requests.length,
                    0,
                    0,
                    0);
            Pointer answer = memory.bytes(ANSWER_BYTES);
            while (true) {
                // When the send returns, the kernel has answered all questions.
                long length = Linux.raw(
                        SystemCall.RECVFROM,
                        socket.number(),
                        NativeMemory.address(answer),
                        ANSWER_BYTES,
                        Constants.MSG_DONTWAIT,
                        0,
                        0);
                if (length == -Errno.EAGAIN) {
                    break;
                }
                Linux.check("recvfrom", "netlink", length);
                take(answer.getByteArray(0, (int) length), answers);
            }
        }
        for (int i = 0; i < readers.size(); i++) {
            readers.get(i).accept(answers.get(i));
        }
    }

    private static void take(byte[] bytes, List<Optional<Answer>> answers) {
        ByteBuffer message = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int sequence = message.getInt(8);
        if (message.getShort(4) != NLMSG_ERROR && sequence >= 1 && sequence <= answers.size()) {
            answers.set(sequence - 1, Optional.of(new Answer(message)));
        }
    }

    /** A message from the kernel. */
    record Answer(ByteBuffer message) {

        /** Returns the type, RTM_*. */
        int type() {
            return Short.toUnsignedInt(message.getShort(4));
        }

        /** Returns the type of a route, RTN_*, from a {@code struct rtmsg}. */
        int routeType() {
            return Byte.toUnsignedInt(message.get(HEADER_BYTES + 7));
        }

        /** Returns the 32 bits at this offset after the message's header. */
        int number(int offset) {
            return message.getInt(HEADER_BYTES + offset);
        }

        /** Returns the first 32 bits of an attribute; empty if there is none of this type. */
        Optional<Integer> attribute(int fixedBytes, int type) {
            return find(HEADER_BYTES + fixedBytes, type).map(message::getInt);
        }

        /** Returns the 32 bits at this offset in an attribute within another; empty if there is none of these types. */
        Optional<Integer> attribute(int fixedBytes, int type, int inner, int offset) {
            return find(HEADER_BYTES + fixedBytes, type)
                    .flatMap(at -> find(at, inner))
                    .map(at -> message.getInt(at + offset));
        }

        /** Returns where the content of the first attribute of this type begins, with at least 32 bits. */
        private Optional<Integer> find(int from, int type) {
            int at = from;
            while (at + 4 <= message.limit()) {
                int length = Short.toUnsignedInt(message.getShort(at));
                if (length < 4) {
                    break;
                }
                if ((message.getShort(at + 2) & ATTRIBUTE_TYPE) == type && length >= 8) {
                    return Optional.of(at + 4);
                }
                at += (length + 3) & -4;
            }
            return Optional.empty();
        }
    }
}
