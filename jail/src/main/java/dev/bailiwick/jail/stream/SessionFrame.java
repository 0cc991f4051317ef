package dev.bailiwick.jail.stream;

import dev.bailiwick.jail.process.TerminalSize;
import dev.bailiwick.jail.validation.InvalidValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What passes between a session of a command and somebody who is attached to it: one kind in the first byte, then its fields, numbers in
 * network order.
 */
public sealed interface SessionFrame {

    /** The bytes of output or input that a frame can have. */
    int MAX_BYTES = 32 * 1024;

    /** The bytes of UTF-8 that a text can have. */
    int MAX_TEXT_BYTES = 16 * 1024;

    /**
     * Output of the command, from the offset on.
     *
     * @param stream 1 for standard output or the terminal, 2 for standard error
     * @param bytes those that remain; nobody changes them
     */
    record Out(int stream, long offset, ByteBuffer bytes) implements SessionFrame {}

    /** Input for the command. Only that of the writer counts. */
    record In(ByteBuffer bytes) implements SessionFrame {}

    /** The end of the input. Only that of the writer counts. */
    record Eof() implements SessionFrame {}

    /** The size of a viewer's terminal; from the host, that of the session, which is the writer's. */
    record Size(TerminalSize size) implements SessionFrame {}

    /** A signal for the command, 1 to 64. Only that of the writer counts. */
    record Signal(int number) implements SessionFrame {}

    /** The viewer has shown all output before this offset. */
    record Ack(long offset) implements SessionFrame {}

    /** The output from one offset to another is lost. */
    record Gap(long from, long to) implements SessionFrame {}

    /** What {@link State} is about. */
    enum Ended {
        /** The session, by its reason. */
        SESSION(0),
        /** The command, with an exit status of 0 to 255. */
        EXITED(1),
        /** The command, by a signal of 1 to 64. */
        KILLED(2);

        private final int code;

        Ended(int code) {
            this.code = code;
        }

        private static Ended of(int code) {
            return switch (code) {
                case 0 -> SESSION;
                case 1 -> EXITED;
                case 2 -> KILLED;
                default -> throw new InvalidValue("is a frame about an unknown end");
            };
        }
    }

    /**
     * The last frame of a session.
     *
     * @param number the status or the signal
     * @param reason a stable word in lower case; empty if the command has ended
     */
    record State(Ended ended, int number, String reason) implements SessionFrame {}

    /**
     * Who is attached, in the order of their coming. From a viewer, without anybody: it wants to write.
     *
     * @param viewers at most 255
     */
    record Writer(List<Viewer> viewers) implements SessionFrame {

        public Writer {
            viewers = List.copyOf(viewers);
        }
    }

    /**
     * @param name at most {@value #MAX_TEXT_BYTES} bytes of UTF-8
     * @param writes whether what they type reaches the command
     * @param receives whether the frame is sent to them
     */
    record Viewer(String name, boolean writes, boolean receives) {}

    /** The one-use ticket of a viewer: the first frame, and only that. */
    record Ticket(String text) implements SessionFrame {}

    /**
     * The keyboard of a viewer, the same on each of its connections. The host answers with {@link Taken}; the input that follows begins there.
     * Another connection with the same keyboard is over, and what it could do, this one can.
     */
    record Keyboard(UUID id) implements SessionFrame {}

    /** The input of a keyboard before this offset was taken, and is not to be sent again. */
    record Taken(long offset) implements SessionFrame {}

    /** Returns the frame as bytes. */
    default byte[] encode() {
        return switch (this) {
            case Out(int stream, long offset, ByteBuffer bytes) ->
                write(
                        1,
                        9 + bytes.remaining(),
                        out -> out.put((byte) stream).putLong(offset).put(bytes.duplicate()));
            case In(ByteBuffer bytes) -> write(2, bytes.remaining(), out -> out.put(bytes.duplicate()));
            case Eof() -> new byte[] {3};
            case Size(TerminalSize size) ->
                write(4, 4, out -> out.putShort((short) size.columns()).putShort((short) size.rows()));
            case Signal(int number) -> new byte[] {5, (byte) number};
            case Ack(long offset) -> write(6, 8, out -> out.putLong(offset));
            case Gap(long from, long to) ->
                write(7, 16, out -> out.putLong(from).putLong(to));
            case State(Ended ended, int number, String reason) -> {
                byte[] text = utf8(reason);
                yield write(
                        8,
                        2 + text.length,
                        out -> out.put((byte) ended.code).put((byte) number).put(text));
            }
            case Writer(List<Viewer> viewers) -> writer(viewers);
            case Ticket(String text) -> {
                byte[] bytes = utf8(text);
                yield write(10, bytes.length, out -> out.put(bytes));
            }
            case Keyboard(UUID id) ->
                write(11, 16, out -> out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()));
            case Taken(long offset) -> write(12, 8, out -> out.putLong(offset));
        };
    }

    private static byte[] write(int kind, int length, Consumer<ByteBuffer> fields) {
        byte[] frame = new byte[1 + length];
        fields.accept(ByteBuffer.wrap(frame).put((byte) kind));
        return frame;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] writer(List<Viewer> viewers) {
        List<byte[]> names = viewers.stream().map(viewer -> utf8(viewer.name)).toList();
        int length = 1 + names.stream().mapToInt(name -> 3 + name.length).sum();
        return write(9, length, out -> {
            out.put((byte) viewers.size());
            for (int i = 0; i < viewers.size(); i++) {
                Viewer viewer = viewers.get(i);
                out.put((byte) ((viewer.writes ? 1 : 0) | (viewer.receives ? 2 : 0)));
                out.putShort((short) names.get(i).length).put(names.get(i));
            }
        });
    }

    /** @throws InvalidValue if {@link #encode} cannot have written it */
    static SessionFrame decode(byte[] frame) {
        if (frame.length == 0) {
            throw new InvalidValue("is an empty frame");
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        return switch (in.get()) {
            case 1 -> {
                require(frame.length >= 10 && frame.length <= 10 + MAX_BYTES);
                int stream = in.get();
                require(stream == 1 || stream == 2);
                yield new Out(stream, offset(in), rest(frame, 10));
            }
            case 2 -> {
                require(frame.length <= 1 + MAX_BYTES);
                yield new In(rest(frame, 1));
            }
            case 3 -> {
                require(frame.length == 1);
                yield new Eof();
            }
            case 4 -> {
                require(frame.length == 5);
                yield new Size(
                        new TerminalSize(Short.toUnsignedInt(in.getShort()), Short.toUnsignedInt(in.getShort())));
            }
            case 5 -> {
                require(frame.length == 2 && frame[1] >= 1 && frame[1] <= 64);
                yield new Signal(frame[1]);
            }
            case 6 -> {
                require(frame.length == 9);
                yield new Ack(offset(in));
            }
            case 7 -> {
                require(frame.length == 17);
                yield new Gap(offset(in), offset(in));
            }
            case 8 -> {
                require(frame.length >= 3);
                yield new State(Ended.of(frame[1]), Byte.toUnsignedInt(frame[2]), text(frame, 3));
            }
            case 9 -> writer(in);
            case 10 -> new Ticket(text(frame, 1));
            case 11 -> {
                require(frame.length == 17);
                yield new Keyboard(new UUID(in.getLong(), in.getLong()));
            }
            case 12 -> {
                require(frame.length == 9);
                yield new Taken(offset(in));
            }
            default -> throw new InvalidValue("is a frame of an unknown kind");
        };
    }

    private static long offset(ByteBuffer in) {
        long offset = in.getLong();
        require(offset >= 0);
        return offset;
    }

    private static ByteBuffer rest(byte[] frame, int from) {
        return ByteBuffer.wrap(frame, from, frame.length - from).slice();
    }

    private static Writer writer(ByteBuffer in) {
        require(in.hasRemaining());
        int count = Byte.toUnsignedInt(in.get());
        List<Viewer> viewers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            require(in.remaining() >= 3);
            int flags = in.get();
            byte[] name = new byte[Short.toUnsignedInt(in.getShort())];
            require(name.length <= in.remaining());
            in.get(name);
            viewers.add(new Viewer(new String(name, StandardCharsets.UTF_8), (flags & 1) != 0, (flags & 2) != 0));
        }
        require(!in.hasRemaining());
        return new Writer(viewers);
    }

    private static String text(byte[] frame, int from) {
        require(frame.length <= from + MAX_TEXT_BYTES);
        return new String(frame, from, frame.length - from, StandardCharsets.UTF_8);
    }

    private static void require(boolean valid) {
        if (!valid) {
            throw new InvalidValue("is a frame with invalid fields");
        }
    }
}
