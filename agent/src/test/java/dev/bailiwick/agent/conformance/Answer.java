package dev.bailiwick.agent.conformance;

import dev.bailiwick.jail.syscall.Errno;

/** The result of a call, as its caller saw it. */
record Answer(String text) {

    static final Answer OK = new Answer("ok");

    /** The call does not exist. */
    static final Answer ABSENT = of(Errno.ENOSYS);

    /** A filter kills with SIGSYS. */
    static final Answer KILLED = new Answer("signal 31");

    Answer {
        boolean known = text.equals("ok")
                || text.equals("ended")
                || text.equals("hangs")
                || text.matches("signal \\d+")
                || Errno.named(text).isPresent();
        if (!known) {
            throw new IllegalArgumentException("'" + text + "' is no answer");
        }
    }

    static Answer of(Errno errno) {
        return new Answer(errno.name());
    }

    /** Parses an answer as the probe program prints it: errors by number. */
    static Answer printed(String text) {
        if (!text.matches("\\d+")) {
            return new Answer(text);
        }
        return Errno.numbered(Integer.parseInt(text))
                .map(Answer::of)
                .orElseThrow(() -> new IllegalArgumentException("no error has the number " + text));
    }

    @Override
    public String toString() {
        return text;
    }
}
