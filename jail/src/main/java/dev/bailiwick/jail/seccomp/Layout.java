package dev.bailiwick.jail.seccomp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a decision graph as instructions, beginning with the last one. Jumps only go forward, so when a jump is written, its target
 * is already written and its distance is known.
 */
final class Layout {

    private static final int MAX_JUMP = 255;

    /** The instructions in reverse: the program's last one is the first here. */
    private final List<Instruction> reversed = new ArrayList<>();

    /** Index in {@link #reversed} of the nearest instruction that starts each node. */
    private final Map<Node, Integer> places = new HashMap<>();

    /** @throws FilterRefused if the program is longer than the kernel allows */
    static List<Instruction> of(Node root) {
        Layout layout = new Layout();
        layout.place(root);
        if (layout.reversed.size() > Bpf.MAX_INSTRUCTIONS) {
            throw new FilterRefused("has " + layout.reversed.size() + " instructions, the kernel allows at most "
                    + Bpf.MAX_INSTRUCTIONS);
        }
        return List.copyOf(layout.reversed.reversed());
    }

    private void place(Node node) {
        if (places.containsKey(node)) {
            return;
        }
        switch (node) {
            case Node.Return(int value) -> write(node, new Instruction(Bpf.RETURN, 0, 0, value));
            case Node.Load(int offset, Node next) -> {
                place(next);
                fallInto(next);
                write(node, new Instruction(Bpf.LOAD_WORD, 0, 0, offset));
            }
            case Node.And(int mask, Node next) -> {
                place(next);
                fallInto(next);
                write(node, new Instruction(Bpf.AND, 0, 0, mask));
            }
            case Node.Branch(Node.Comparison comparison, int word, Node then, Node otherwise) -> {
                place(then);
                place(otherwise);
                bringNear(then);
                bringNear(otherwise);
                write(node, new Instruction(comparison.code, distance(then), distance(otherwise), word));
            }
        }
    }

    private void write(Node node, Instruction instruction) {
        places.put(node, reversed.size());
        reversed.add(instruction);
    }

    /** Returns how many instructions the next instruction would have to skip to reach {@code target}. */
    private int distance(Node target) {
        Integer place = places.get(target);
        if (place == null) {
            throw new IllegalStateException("jumps to a node that has no place yet");
        }
        return reversed.size() - 1 - place;
    }

    /** Repeats a target, or a jump to it, if it is too far away for a conditional jump, whose distance has 8 bits. */
    private void bringNear(Node target) {
        // One instruction earlier than necessary, because repeating the other target may add one between.
        if (distance(target) >= MAX_JUMP) {
            repeat(target);
        }
    }

    private void fallInto(Node next) {
        if (distance(next) != 0) {
            repeat(next);
        }
    }

    private void repeat(Node target) {
        write(
                target,
                target instanceof Node.Return(int value)
                        ? new Instruction(Bpf.RETURN, 0, 0, value)
                        : new Instruction(Bpf.JUMP, 0, 0, distance(target)));
    }
}
