package dev.bailiwick.jail.seccomp;

/** A filter as a decision graph, before it is laid out as instructions. Equal nodes become one node in the layout. */
sealed interface Node {

    /** @param value what seccomp(2) is to do, SECCOMP_RET_* */
    record Return(int value) implements Node {}

    /** Puts the word at {@code offset} of struct seccomp_data into the accumulator. */
    record Load(int offset, Node next) implements Node {}

    record And(int mask, Node next) implements Node {}

    /** Compares the accumulator with {@code word}, unsigned. */
    record Branch(Comparison comparison, int word, Node then, Node otherwise) implements Node {}

    /** The most instructions that run from here, this one included. */
    default int depth() {
        return 1
                + switch (this) {
                    case Return(int value) -> 0;
                    case Load(int offset, Node next) -> next.depth();
                    case And(int mask, Node next) -> next.depth();
                    case Branch(Comparison comparison, int word, Node then, Node otherwise) ->
                        Math.max(then.depth(), otherwise.depth());
                };
    }

    enum Comparison {
        EQUAL(Bpf.JUMP_IF_EQUAL),
        GREATER_OR_EQUAL(Bpf.JUMP_IF_GREATER_OR_EQUAL);

        final int code;

        Comparison(int code) {
            this.code = code;
        }
    }
}
