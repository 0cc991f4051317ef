package dev.bailiwick.jail.seccomp;

/** A node of a decision graph: the form of a filter before its {@link Layout}, in which equal nodes become one. */
sealed interface Node {

    /** @param value the action for seccomp(2), SECCOMP_RET_* */
    record Return(int value) implements Node {}

    /** Puts the word at {@code offset} of struct seccomp_data into the accumulator. */
    record Load(int offset, Node next) implements Node {}

    record And(int mask, Node next) implements Node {}

    /** Compares the accumulator with {@code word}, unsigned. */
    record Branch(Comparison comparison, int word, Node then, Node otherwise) implements Node {}

    /** Returns the maximum number of instructions that run from here, including this one. */
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
