package dev.bailiwick.jail.seccomp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a decision graph as instructions, the last one first. Jumps only go forward, so every target is already written, and its
 * distance known, when a jump to it is written.
 */
final class Layout {

    private static final int MAX_JUMP = 255;

    /** In reverse: the program's last instruction is the first here. */
    private final List<Instruction> reversed = new ArrayList<>();

    /** Index in {@link #reversed} of the nearest instruction that starts each node. */
    private final Map<Node, Integer> places = new HashMap<>();

    /** @throws FilterRefused if the program is longer than the kernel takes */
    static List<Instruction> of(Node root) {
        Layout layout = new Layout();
        layout.place(root);
        if (layout.reversed.size() > Bpf.MAX_INSTRUCTIONS) {
            throw new FilterRefused("has " + layout.reversed.size() + " instructions, the kernel takes at most "
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

    /** How many instructions the next written instruction would have to skip. */
    private int distance(Node target) {
        Integer place = places.get(target);
        if (place == null) {
            throw new IllegalStateException("jumps to a node that has no place yet");
        }
        return reversed.size() - 1 - place;
    }

    /** A conditional jump has 8 bits: a target farther away is repeated (a return), or reached by a second jump nearby. */
    private void bringNear(Node target) {
        // One more than its own distance, because a second jump for the other target may move this one away by an
        // instruction.
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
